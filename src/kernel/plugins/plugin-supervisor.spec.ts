import { describe, expect, it } from '@jest/globals';
import { filter, firstValueFrom, map, NEVER, of, Subject, throwError } from 'rxjs';
import { waitFor } from '../../../test/support/wait-for.ts';
import {
  defineExtensionPoint,
  defineObjectType,
  definePlugin,
  z,
  type Emission,
  type PluginContext,
  type Started,
  type Teardown,
} from 'signalbox/sdk';
import type { PluginHost } from './plugin-host.ts';
import { systemClock } from '../../sdk/index.ts';
import { PluginRegistry, type PluginState, type PluginStatus } from './plugin-registry.ts';
import { blamePlugin } from './plugin-scope.ts';
import { PluginSupervisor } from './plugin-supervisor.ts';

const bell = defineObjectType({
  name: 'bell',
  label: 'Bell',
  events: { rung: z.object({ times: z.number() }) },
});

type Context = PluginContext<Record<never, never>, readonly [typeof bell]>;

interface Supervised extends AsyncDisposable {
  readonly supervisor: PluginSupervisor;
  readonly registry: PluginRegistry;
  readonly states: PluginState[];
  readonly emitted: Emission<unknown>[];
  /** Resolves with the first status in this state from now on. */
  becomes(state: PluginState): Promise<PluginStatus>;
}

/** Supervises a plugin with this `start`, on limits short enough for a test. */
function supervise(
  start: (context: Context) => Started | Promise<Started>,
  limits: { startMs?: number; stopMs?: number } = {},
): Supervised {
  const plugin = definePlugin({ name: 'bells', api: '^1.0.0', types: [bell], start });
  const { startMs = 1_000, stopMs = 1_000 } = limits;
  const registry = new PluginRegistry();
  registry.register(plugin);
  const emitted: Emission<unknown>[] = [];
  const states: PluginState[] = [];
  registry.changes.subscribe(({ state }) => states.push(state));
  const supervisor = new PluginSupervisor(
    { plugin, settings: {}, use: 'bells' },
    {
      registry,
      host: hostFor(emitted),
      limits: { startMs, stopMs },
      restarts: { minMs: 1, maxMs: 4, healthyMs: 60_000 },
    },
  );
  return {
    supervisor,
    registry,
    states,
    emitted,
    becomes: (state) => firstValueFrom(registry.changes.pipe(filter((status) => status.state === state))),
    [Symbol.asyncDispose]: () => supervisor.stop(),
  };
}

function hostFor(emitted: Emission<unknown>[]): PluginHost {
  const silence = (): void => undefined;
  return {
    emit: async (_plugin, _name, emission) => {
      if (emission.data === 'misfit') throw new Error('data: must be a mapping, got text');
      emitted.push(emission);
      return { id: String(emitted.length), duplicate: false };
    },
    object: () => undefined,
    discovered: () => Promise.resolve([]),
    clock: systemClock,
    changes: NEVER,
    notices: NEVER,
    objects: (type) => [
      { type, key: 'front-door', name: 'front-door', tags: [], settings: {}, changedAt: 0 },
    ],
    http: { request: async () => Promise.reject(new Error('no network here')) },
    connect: async () => Promise.reject(new Error('no network here')),
    lookup: async () => Promise.reject(new Error('no network here')),
    dispatcher: () => {
      throw new Error('no network here');
    },
    serve: () => silence,
    logger: () => ({ debug: silence, info: silence, warn: silence, error: silence }),
  };
}

describe('a plugin that works', () => {
  it('starts in the background and is up once its start has resolved', async () => {
    const gate = Promise.withResolvers<void>();
    await using plugin = supervise(() => gate.promise);
    plugin.supervisor.onApplicationBootstrap();
    expect(plugin.registry.plugin('bells')?.state).toBe('starting');
    gate.resolve();
    await plugin.becomes('up');
  });

  it('emits, and sees the objects of its own types only', async () => {
    let seen: unknown;
    await using plugin = supervise(async ({ emit, objects }) => {
      expect(() => objects('vm' as 'bell')).toThrow('does not declare the object type "vm"');
      seen = objects('bell').map(({ key }) => key);
      await emit('bell.rung', { data: { times: 2 } });
    });
    plugin.supervisor.onApplicationBootstrap();
    await plugin.becomes('up');
    expect(seen).toEqual(['front-door']);
    expect(plugin.emitted).toEqual([{ data: { times: 2 } }]);
  });

  it('is stopped when its Observable completes, and not started again', async () => {
    await using plugin = supervise(() => of('done'));
    plugin.supervisor.onApplicationBootstrap();
    await plugin.becomes('stopped');
    expect(plugin.states).toEqual(['up', 'stopped']);
  });

  it('has its Observable unsubscribed and its signal aborted when it is stopped', async () => {
    const ticks = new Subject<void>();
    let signal: AbortSignal | undefined;
    const plugin = supervise((context) => {
      ({ signal } = context);
      return ticks;
    });
    plugin.supervisor.onApplicationBootstrap();
    await plugin.becomes('up');
    expect(ticks.observed).toBe(true);
    await plugin.supervisor.stop();
    expect(ticks.observed).toBe(false);
    expect(signal?.aborted).toBe(true);
    expect(plugin.states).toEqual(['up', 'stopped']);
  });

  it('has its teardown awaited when it is stopped', async () => {
    let closed = false;
    const plugin = supervise(() => async () => {
      await new Promise(setImmediate);
      closed = true;
    });
    plugin.supervisor.onApplicationBootstrap();
    await plugin.becomes('up');
    await plugin.supervisor.stop();
    expect(closed).toBe(true);
  });

  it('cannot emit once it is stopped', async () => {
    let emit: Context['emit'] | undefined;
    const plugin = supervise((context) => {
      ({ emit } = context);
    });
    plugin.supervisor.onApplicationBootstrap();
    await plugin.becomes('up');
    await plugin.supervisor.stop();
    await expect(emit?.('bell.rung', { data: { times: 1 } })).rejects.toThrow('plugin bells is stopped');
    expect(plugin.emitted).toEqual([]);
  });
});

describe('a plugin that fails', () => {
  it.each<[string, (context: Context) => Started | Promise<Started>, string]>([
    [
      'by throwing at its start',
      () => {
        throw new Error('no such device');
      },
      'no such device',
    ],
    ['by rejecting at its start', async () => Promise.reject(new Error('no route')), 'no route'],
    ['by an error of its Observable', () => throwError(() => new Error('cut off')), 'cut off'],
    [
      'by an exception in its Observable',
      () =>
        of(1).pipe(
          map(() => {
            throw new TypeError('undefined is not a bell');
          }),
        ),
      'undefined is not a bell',
    ],
    [
      'by an event that it does not declare',
      ({ emit }) => emit('bell.cracked' as 'bell.rung', { data: { times: 1 } }).then(() => undefined),
      'plugin bells does not declare the event "bell.cracked"',
    ],
    [
      'by data that does not fit',
      ({ emit }) => emit('bell.rung', { data: 'misfit' as never }).then(() => undefined),
      'data: must be a mapping, got text',
    ],
    [
      'by giving back what nobody can use',
      () => 42 as unknown as Started,
      'start must return nothing, a teardown function or an Observable',
    ],
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- plugins may throw anything
    ['by throwing no error at all', async () => Promise.reject('on strike'), 'on strike'],
  ])('%s is marked down with the reason', async (_, start, reason) => {
    await using plugin = supervise(start);
    plugin.supervisor.onApplicationBootstrap();
    expect(await plugin.becomes('down')).toMatchObject({ reason });
  });

  it('is started again until it is up, and the restarts are counted', async () => {
    let tries = 0;
    await using plugin = supervise(() => {
      if (++tries < 4) throw new Error(`try ${String(tries)}`);
    });
    plugin.supervisor.onApplicationBootstrap();
    expect(await plugin.becomes('up')).toMatchObject({ restarts: 3 });
    expect(plugin.states).toEqual(['down', 'starting', 'down', 'starting', 'down', 'starting', 'up']);
  });

  it('gets a new signal each time, and the old one is aborted', async () => {
    const signals: AbortSignal[] = [];
    await using plugin = supervise(({ signal }) => {
      signals.push(signal);
      return signals.length === 1 ? throwError(() => new Error('once')) : NEVER;
    });
    plugin.supervisor.onApplicationBootstrap();
    await plugin.becomes('down');
    await plugin.becomes('up');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  it('takes back what it has offered, and offers it again when it is up again', async () => {
    const clapper = defineExtensionPoint<string>('clapper');
    const end = new Subject<never>();
    await using it = supervise(({ provide }) => {
      provide(clapper, 'brass', 'dong');
      return end;
    });
    it.supervisor.onApplicationBootstrap();
    await it.becomes('up');
    const seen: string[][] = [];
    it.registry.extensions.watch(clapper).subscribe((offers) => seen.push([...offers.keys()]));
    end.error(new Error('cracked'));
    await waitFor(
      () => seen.length >= 3,
      () => JSON.stringify(seen),
    );
    expect(seen.slice(0, 3)).toEqual([['brass'], [], ['brass']]);
  });

  it('keeps its reason while it is started again, and loses it when it is up', async () => {
    let tries = 0;
    await using plugin = supervise(() => {
      if (++tries === 1) throw new Error('first');
    });
    plugin.supervisor.onApplicationBootstrap();
    expect(await plugin.becomes('starting')).toMatchObject({ reason: 'first' });
    expect(await plugin.becomes('up')).not.toHaveProperty('reason');
  });

  it('is marked down for an error that its own timer lets escape', async () => {
    await using plugin = supervise(() => {
      // What main does for the process: the error is told where it came from by the work that it escaped from.
      const timer = setTimeout(() => {
        expect(blamePlugin(new Error('timer gone wrong'))).toBe(true);
      }, 1);
      return () => {
        clearTimeout(timer);
      };
    });
    plugin.supervisor.onApplicationBootstrap();
    expect(await plugin.becomes('down')).toMatchObject({ reason: 'timer gone wrong' });
    expect(blamePlugin(new Error('not of a plugin'))).toBe(false);
  });

  it('may leave events that are refused unwatched', async () => {
    await using plugin = supervise(({ emit }) => {
      void emit('bell.rung', { data: 'misfit' as never });
    });
    plugin.supervisor.onApplicationBootstrap();
    await plugin.becomes('up');
    // An unhandled rejection would end the test run.
    await new Promise(setImmediate);
    expect(plugin.states).toEqual(['up']);
  });
});

describe('a plugin that hangs', () => {
  it('at its start is marked down when the time is up, and what it brings forth later is put away', async () => {
    const late = Promise.withResolvers<Started>();
    const tornDown = Promise.withResolvers<void>();
    let starts = 0;
    await using plugin = supervise(() => (++starts === 1 ? late.promise : undefined), { startMs: 5 });
    plugin.supervisor.onApplicationBootstrap();
    const { reason } = await plugin.becomes('down');
    expect(reason).toBe('start has not finished within 0.005 s');
    late.resolve(() => {
      tornDown.resolve();
    });
    await tornDown.promise;
    await plugin.becomes('up');
  });

  it.each<[string, (context: Context) => Started | Promise<Started>, PluginState[]]>([
    ['at its start', () => new Promise<void>(() => undefined), []],
    ['in its teardown', () => () => new Promise<void>(() => undefined), ['up']],
  ])('%s does not hold up the stop', async (_, start, before) => {
    const plugin = supervise(start, { stopMs: 10 });
    plugin.supervisor.onApplicationBootstrap();
    await new Promise(setImmediate);
    expect(plugin.states).toEqual(before);
    await plugin.supervisor.stop();
    expect(plugin.states).toEqual([...before, 'stopped']);
  });

  it('in its backoff is stopped at once', async () => {
    const plugin = supervise(() => throwError(() => new Error('always')));
    plugin.supervisor.onApplicationBootstrap();
    await plugin.becomes('down');
    await plugin.supervisor.stop();
    const { length } = plugin.states;
    expect(plugin.states.at(-1)).toBe('stopped');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(plugin.states).toHaveLength(length);
  });

  it.each<[string, Teardown]>([
    ['hangs', () => new Promise<void>(() => undefined)],
    ['fails', () => Promise.reject(new Error('jammed'))],
  ])('is started again after a failure even if its teardown %s', async (_, teardown) => {
    let starts = 0;
    await using plugin = supervise(
      () => {
        if (++starts > 1) return;
        setTimeout(() => blamePlugin(new Error('gone wrong')), 1);
        return teardown;
      },
      { stopMs: 5 },
    );
    plugin.supervisor.onApplicationBootstrap();
    expect(await plugin.becomes('down')).toMatchObject({ reason: 'gone wrong' });
    expect(await plugin.becomes('up')).toMatchObject({ restarts: 1 });
  });
});

import { describe, expect, it } from '@jest/globals';
import { EMPTY, NEVER, Subject, timer } from 'rxjs';
import {
  NoAnswerError,
  PermanentError,
  powerDriver,
  RetryableError,
  UnknownOutcomeError,
  type DiscoveredMachine,
  type MachineReport,
  type PowerAction,
  type PowerDriver,
  type PowerState,
} from 'signalbox/sdk';
import { startPlugin } from 'signalbox/sdk/testing';
import vmPlugin from './index.ts';

/** A hypervisor in memory. What it was asked to do is in `asked`. */
class Shelf implements PowerDriver {
  readonly asked: string[] = [];
  states: Record<string, PowerState> = {};
  /** What comes of an action instead. */
  act: (action: PowerAction, id: string) => Promise<void> = (action, id) => {
    this.states[id] = action === 'power_off' || action === 'kill' ? 'off' : 'on';
    return Promise.resolve();
  };

  async power(action: PowerAction, { connection, id }: { connection: string; id: string }): Promise<void> {
    this.asked.push(`${action} ${connection}/${id}`);
    await this.act(action, id);
  }

  state({ id }: { id: string }): Promise<PowerState> {
    const state = this.states[id];
    return state ? Promise.resolve(state) : Promise.reject(new Error(`no such machine: ${id}`));
  }
}

/** The plugin with this driver, and what an action on a VM of it comes to. */
async function withDriver(driver: Partial<PowerDriver> & Pick<PowerDriver, 'power' | 'state'>) {
  const plugin = await startPlugin(vmPlugin);
  plugin.provide(powerDriver, 'shelf', driver);
  return {
    plugin,
    run: async (action: PowerAction, input: { timeoutSeconds?: number } = {}) => {
      const settings = { power: { via: 'shelf/top', id: 'm1' } };
      const target = { type: 'vm', key: 'gpu-01', settings } as const;
      plugin.addObject(target);
      return plugin.runAction(`vm.${action}`, { object: target, input });
    },
    [Symbol.asyncDispose]: () => plugin.stop(),
  };
}

describe('an action', () => {
  it.each<[PowerAction, PowerState, PowerState]>([
    ['power_on', 'off', 'on'],
    ['power_on', 'paused', 'on'],
    ['power_off', 'on', 'off'],
    ['kill', 'on', 'off'],
    ['reset', 'on', 'on'],
  ])(
    '%s on a VM that is %s is done through its driver, and tells the state before and after',
    async (action, before, after) => {
      const shelf = new Shelf();
      shelf.states['m1'] = before;
      await using started = await withDriver(shelf);
      const { result, records } = await started.run(action);
      expect(result).toEqual({ before, after, acted: true, via: 'shelf/top', id: 'm1' });
      expect(records).toEqual([{ sent: { action, via: 'shelf/top', id: 'm1' } }]);
      expect(shelf.asked).toEqual([`${action} top/m1`]);
    },
  );

  it.each<[PowerAction, PowerState]>([
    ['power_on', 'on'],
    ['power_off', 'off'],
    ['kill', 'off'],
  ])('%s on a VM that is %s already succeeds without being done', async (action, state) => {
    const shelf = new Shelf();
    shelf.states['m1'] = state;
    await using started = await withDriver(shelf);
    const { result } = await started.run(action);
    expect(result).toMatchObject({ before: state, after: state, acted: false });
    expect(shelf.asked).toEqual([]);
  });

  it('waits until the VM is as it should be', async () => {
    const shelf = new Shelf();
    shelf.states['m1'] = 'on';
    shelf.act = (_, id) => {
      timer(250).subscribe(() => (shelf.states[id] = 'off'));
      return Promise.resolve();
    };
    await using started = await withDriver(shelf);
    expect((await started.run('power_off')).result).toMatchObject({ after: 'off' });
  });

  it('fails for good when the VM stays as it was', async () => {
    const shelf = new Shelf();
    shelf.states['m1'] = 'on';
    shelf.act = () => Promise.resolve();
    await using started = await withDriver(shelf);
    const running = started.run('power_off', { timeoutSeconds: 1 });
    await expect(running).rejects.toThrow('vm/gpu-01 is still on 1 s after power_off was accepted');
    await expect(running).rejects.toBeInstanceOf(PermanentError);
  });

  it('resets nothing that is off', async () => {
    const shelf = new Shelf();
    shelf.states['m1'] = 'off';
    await using started = await withDriver(shelf);
    await expect(started.run('reset')).rejects.toThrow('vm/gpu-01 is off: there is nothing to reset');
    expect(shelf.asked).toEqual([]);
  });

  it('is done blindly where the state can never be known', async () => {
    const shelf = new Shelf();
    shelf.states['m1'] = 'unknown';
    shelf.act = () => Promise.resolve();
    await using started = await withDriver(shelf);
    expect((await started.run('power_on')).result).toMatchObject({
      before: 'unknown',
      after: 'unknown',
      acted: true,
    });
  });
});

describe('an action whose driver fails', () => {
  async function failing(action: PowerAction, error: unknown, states: [PowerState, PowerState]) {
    const shelf = new Shelf();
    shelf.states['m1'] = states[0];
    shelf.act = (_, id) => {
      shelf.states[id] = states[1];
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    };
    await using started = await withDriver(shelf);
    return await started.run(action);
  }

  it('has succeeded when the state shows it, though its answer was lost', async () => {
    const { result } = await failing('power_on', new NoAnswerError('line dead'), ['off', 'on']);
    expect(result).toMatchObject({ before: 'off', after: 'on', acted: true });
  });

  it.each<[PowerAction, PowerState]>([
    ['power_on', 'off'],
    ['power_off', 'on'],
    ['kill', 'on'],
    ['reset', 'on'],
  ])('%s is left open when the answer was lost and the VM is %s', async (action, state) => {
    const running = failing(action, new NoAnswerError('line dead'), [state, state]);
    await expect(running).rejects.toBeInstanceOf(UnknownOutcomeError);
    await expect(running).rejects.toThrow('line dead');
  });

  it('is left open for an error of any other kind', async () => {
    const running = failing('kill', new TypeError('oops'), ['on', 'on']);
    await expect(running).rejects.toBeInstanceOf(UnknownOutcomeError);
  });

  it.each([new RetryableError('busy'), new PermanentError('no rights')])('passes on: %s', async (error) => {
    await expect(failing('reset', error, ['on', 'on'])).rejects.toBe(error);
  });

  it('is tried again when the state cannot be read before', async () => {
    await using started = await withDriver(new Shelf());
    const running = started.run('power_on');
    await expect(running).rejects.toBeInstanceOf(RetryableError);
    await expect(running).rejects.toThrow('the state of vm/gpu-01 cannot be read: no such machine: m1');
  });

  it('is left open when it never answers', async () => {
    const shelf = new Shelf();
    shelf.states['m1'] = 'on';
    shelf.act = () => new Promise(() => undefined);
    await using started = await withDriver(shelf);
    const running = started.run('kill', { timeoutSeconds: 1 });
    await expect(running).rejects.toBeInstanceOf(UnknownOutcomeError);
    await expect(running).rejects.toThrow('the 1 s for it are over');
  });

  it('is not begun when its state is never told', async () => {
    await using started = await withDriver({
      power: () => Promise.resolve(),
      state: () => new Promise(() => undefined),
    });
    const running = started.run('kill', { timeoutSeconds: 1 });
    await expect(running).rejects.toBeInstanceOf(RetryableError);
  });
});

describe('a VM without a driver', () => {
  it('cannot be switched', async () => {
    await using plugin = await startPlugin(vmPlugin);
    const running = plugin.runAction('vm.power_on', { object: { key: 'gpu-01' }, input: {} });
    await expect(running).rejects.toThrow('vm/gpu-01 has no driver: set power.via in its settings');
    await expect(running).rejects.toBeInstanceOf(PermanentError);
  });

  it.each(['libvirt', 'libvirt/', '/host', 'Lib virt/host', 'libvirt/ host'])(
    'is one whose via is %p',
    async (via) => {
      await using plugin = await startPlugin(vmPlugin);
      const running = plugin.runAction('vm.power_on', {
        object: { settings: { power: { via } } },
        input: {},
      });
      await expect(running).rejects.toThrow(
        'must name a driver and one of its objects, such as libvirt/host-1',
      );
    },
  );

  it('is tried again when its driver is not there', async () => {
    await using plugin = await startPlugin(vmPlugin);
    const signal = AbortSignal.timeout(50);
    const object = { settings: { power: { via: 'attic/left' } } };
    const running = plugin.runAction('vm.power_on', { object, input: {}, signal });
    await expect(running).rejects.toThrow('no running plugin offers the driver "attic" that vm/test needs');
  });
});

it('tells the state when it is tried out', async () => {
  const shelf = new Shelf();
  shelf.states['m1'] = 'paused';
  await using started = await withDriver(shelf);
  const object = { settings: { power: { via: 'shelf/top', id: 'm1' } } };
  expect((await started.plugin.runTest('vm', { object })).result).toEqual({
    state: 'paused',
    via: 'shelf/top',
    id: 'm1',
  });
});

describe('what an action has done', () => {
  it('is an event, where the driver does not see what happens to its machines', async () => {
    const shelf = new Shelf();
    shelf.states['m1'] = 'on';
    await using started = await withDriver(shelf);
    await started.run('kill');
    expect(await started.plugin.nextEvent('vm.power_off')).toMatchObject({
      object: 'gpu-01',
      data: { by: 'signalbox' },
    });
    await started.run('kill');
    expect(started.plugin.events).toHaveLength(1);
  });

  it('is no event, where the driver reports it', async () => {
    const shelf = Object.assign(new Shelf(), { watch: () => NEVER });
    shelf.states['m1'] = 'on';
    await using started = await withDriver(shelf);
    await started.run('kill');
    expect(started.plugin.events).toEqual([]);
    expect(started.plugin.objects('vm')).toMatchObject([{ key: 'gpu-01', state: { power: 'off' } }]);
  });
});

describe('machines that a driver finds', () => {
  const machine = (id: string, more: Partial<DiscoveredMachine> = {}): DiscoveredMachine => ({
    type: 'vm',
    connection: 'top',
    id,
    name: id,
    ...more,
  });

  async function discovering(
    found: readonly DiscoveredMachine[],
    objects: Parameters<
      typeof startPlugin<NonNullable<typeof vmPlugin.settings>, typeof vmPlugin.types>
    >[1] = {},
  ) {
    const plugin = await startPlugin(vmPlugin, objects);
    const asked = new Subject<void>();
    plugin.provide(powerDriver, 'shelf', {
      ...{ power: () => Promise.resolve(), state: () => Promise.resolve('unknown' as const) },
      discover: () => {
        asked.next();
        return Promise.resolve(found);
      },
      watch: (emit) => {
        void emit({ type: 'vm', connection: 'top', id: 'last', event: 'error', data: { message: 'done' } });
        return NEVER;
      },
    });
    await plugin.nextEvent('vm.error');
    return plugin;
  }

  it('become objects that name their driver, with the state that they are in', async () => {
    await using plugin = await discovering([
      machine('web', { state: 'on', settings: { host: 'n1' } }),
      machine('6a7b', { name: ' db\u0007 ', state: 'unknown' }),
      machine('acme', { type: 'tenant' }),
    ]);
    expect(plugin.objects('vm')).toMatchObject([
      {
        key: 'db',
        name: 'db',
        settings: { power: { via: 'shelf/top', id: '6a7b' } },
        state: { deleted: false },
      },
      {
        key: 'web',
        settings: { host: 'n1', power: { via: 'shelf/top' } },
        state: { power: 'on', deleted: false },
      },
    ]);
  });

  it('are told apart by where they are', async () => {
    await using plugin = await discovering([machine('web'), machine('web', { connection: 'bottom' })]);
    expect(plugin.objects('vm').map(({ key, settings }) => [key, settings])).toMatchObject([
      ['web', { power: { via: 'shelf/top' } }],
      ['web@bottom', { power: { via: 'shelf/bottom', id: 'web' } }],
    ]);
  });

  it('are not found twice, by whichever of their names an object knows them', async () => {
    const known = [
      { type: 'vm', key: 'one', settings: { power: { via: 'shelf/top', id: 'web' } } },
      { type: 'vm', key: 'two', settings: { power: { via: 'shelf/top', id: 'uuid-2' } } },
    ] as const;
    const found = [machine('web', { state: 'on' }), machine('db', { aliases: ['uuid-2'], state: 'off' })];
    await using plugin = await discovering(found, { objects: known });
    expect(plugin.objects('vm')).toMatchObject([
      { key: 'one', state: { power: 'on' } },
      { key: 'two', state: { power: 'off' } },
    ]);
  });

  it('leave an object of their name alone that says nothing of a driver', async () => {
    await using plugin = await discovering([machine('web', { state: 'on' })], {
      objects: [{ type: 'vm', key: 'web' }],
    });
    const [web, ...others] = plugin.objects('vm');
    expect(web).not.toHaveProperty('state');
    expect(others).toEqual([]);
  });
});

describe('what a driver sees happen', () => {
  /** The plugin with a driver whose reports come from here. */
  async function watching(): Promise<{
    plugin: Awaited<ReturnType<typeof withDriver>>['plugin'];
    report: (report: Partial<MachineReport> & Pick<MachineReport, 'event'>) => Promise<void>;
    shelf: Shelf;
    run: (action: PowerAction) => Promise<unknown>;
    [Symbol.asyncDispose]: () => Promise<void>;
  }> {
    let emit: ((report: MachineReport) => Promise<void>) | undefined;
    const shelf = Object.assign(new Shelf(), {
      watch: (given: (report: MachineReport) => Promise<void>) => {
        emit = given;
        return NEVER;
      },
    });
    const started = await withDriver(shelf);
    return {
      ...started,
      shelf,
      report: async (report) => emit?.({ type: 'vm', connection: 'top', id: 'm1', ...report }),
      [Symbol.asyncDispose]: () => started.plugin.stop(),
    };
  }

  it('is an event of the object that stands for the machine', async () => {
    await using started = await watching();
    started.plugin.addObject({
      type: 'vm',
      key: 'gpu-01',
      settings: { power: { via: 'shelf/top', id: 'm1' } },
    });
    const time = new Date('2026-03-01T12:00:00Z');
    await started.report({
      event: 'power_on',
      time,
      eventId: 'e7',
      data: { detail: 'Booted' },
      name: 'Number one',
    });
    await started.report({ event: 'power_on', eventId: 'e7' });
    expect(await started.plugin.nextEvent('vm.power_on')).toMatchObject({
      object: 'gpu-01',
      time,
      id: 'shelf/top/e7',
      data: { detail: 'Booted', name: 'Number one' },
    });
    expect(started.plugin.events).toHaveLength(1);
  });

  it('is an event of an object called as the machine, when none stands for it', async () => {
    await using started = await watching();
    await started.report({ event: 'created', id: 'm9', name: 'fresh' });
    expect(await started.plugin.nextEvent('vm.created')).toMatchObject({ object: 'fresh' });
  });

  it('is linked to the event whose task has done it', async () => {
    await using started = await watching();
    started.shelf.states['m1'] = 'on';
    started.shelf.act = async (_, id) => {
      started.shelf.states[id] = 'off';
      await started.report({ event: 'power_off' });
    };
    const settings = { power: { via: 'shelf/top', id: 'm1' } };
    const target = { type: 'vm', key: 'gpu-01', settings } as const;
    started.plugin.addObject(target);
    const event = { id: 'why', depth: 3 };
    await started.plugin.runAction('vm.kill', { object: target, input: {}, event });
    expect(await started.plugin.nextEvent('vm.power_off')).toMatchObject({ causedBy: event });
  });

  it('that is not about a VM is left to others', async () => {
    await using started = await watching();
    await started.report({ event: 'power_on', type: 'tenant' });
    expect(started.plugin.events).toEqual([]);
  });

  it('is seen again after the watch has failed', async () => {
    await using plugin = await startPlugin(vmPlugin);
    let times = 0;
    plugin.provide(powerDriver, 'shelf', {
      ...{ power: () => Promise.resolve(), state: () => Promise.resolve('unknown' as const) },
      watch: (emit) => {
        if (++times === 1) throw new Error('line dead');
        void emit({ type: 'vm', connection: 'top', id: 'm1', event: 'power_on' });
        return EMPTY;
      },
    });
    await plugin.nextEvent('vm.power_on');
    expect(times).toBe(2);
  });
});

it('is limited to 20 targets of one firing, or as many as its task allows', () => {
  const { maxTargets } = vmPlugin.types[0].actions!.power_on;
  expect(maxTargets?.({})).toBe(20);
  expect(maxTargets?.({ maxTargets: 3 })).toBe(3);
});

it('is done to one VM once in 60 s at most, or as its settings say', () => {
  const { policy } = vmPlugin.types[0].actions!.kill;
  const power = { via: 'a/b', minGapSeconds: 5 };
  expect(policy?.({ power: { ...power, minGapSeconds: 60 } })).toMatchObject({
    concurrency: 1,
    minGapMs: 60_000,
  });
  expect(policy?.({ power })).toMatchObject({ minGapMs: 5_000 });
  expect(vmPlugin.types[0].settings?.parse({ power: { via: 'a/b' } })).toMatchObject({
    power: { minGapSeconds: 60 },
  });
});

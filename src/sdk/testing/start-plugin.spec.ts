import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { concatMap, EMPTY, NEVER, of, tap, throwError, timer } from 'rxjs';
import {
  defineExtensionPoint,
  defineObjectType,
  definePlugin,
  PermanentError,
  z,
  type PluginContext,
  type Started,
} from 'signalbox/sdk';
import { startPlugin } from 'signalbox/sdk/testing';

const tuner = defineExtensionPoint<{ pitch: number }>('tuner');

const bell = defineObjectType({
  name: 'bell',
  label: 'Bell',
  settings: z.object({ tone: z.string().default('ding') }),
  events: { rung: z.object({ times: z.number(), by: z.string().default('nobody') }) },
  actions: {
    ring: {
      label: 'Ring',
      input: z.object({ times: z.number().max(3).default(1) }),
      idempotent: false,
      async run({ object, input, event, attempt, record }) {
        if (object.key === 'broken') throw new PermanentError('no clapper');
        record({ sent: { tone: object.settings.tone } });
        return Promise.resolve({ rung: input.times, attempt, because: event.type });
      },
    },
    fetch: {
      label: 'Fetch',
      input: z.object({ url: z.string() }),
      idempotent: true,
      run: async ({ input, http, signal }) =>
        (await http.request({ method: 'GET', url: input.url, signal })).body,
    },
    tune: {
      label: 'Tune',
      input: z.object({}),
      idempotent: true,
      run: ({ extensions }) => Promise.resolve(extensions(tuner).get('pipe')?.pitch),
    },
  },
  async test({ object, http, signal }) {
    if (object.key === 'broken') throw new PermanentError('no clapper');
    return (await http.request({ method: 'GET', url: object.settings.tone, signal })).body;
  },
});
const alarm = defineObjectType({
  name: 'alarm',
  label: 'Alarm',
  instances: 'none',
  events: { raised: z.json() },
});
const door = defineObjectType({
  name: 'door',
  label: 'Door',
  instances: 'required',
  events: { opened: z.json() },
});

type Context = PluginContext<{ every: number }, readonly [typeof bell, typeof alarm, typeof door]>;

function bells(start: (context: Context) => Started | Promise<Started>) {
  return definePlugin({
    name: 'bells',
    api: '^1.0.0',
    settings: z.object({ every: z.number().default(1) }),
    types: [bell, alarm, door],
    start,
  });
}

const quiet = bells(() => NEVER);

describe('settings', () => {
  it('are parsed by the schema of the plugin', async () => {
    let seen: unknown;
    await using plugin = await startPlugin(
      bells(({ settings }) => {
        seen = settings;
      }),
    );
    expect(plugin.settings).toEqual({ every: 1 });
    expect(seen).toEqual({ every: 1 });
  });

  it('that do not fit are refused with the field', async () => {
    const starting = startPlugin(quiet, { settings: { every: 'day' as unknown as number } });
    await expect(starting).rejects.toThrow('bells: settings.every: Invalid input: expected number');
  });
});

describe('events', () => {
  it('are found in their order, each once, whether they came before or after one asks', async () => {
    await using plugin = await startPlugin(
      bells(({ emit }) =>
        timer(0, 5).pipe(concatMap((times) => emit('bell.rung', { object: 'front', data: { times } }))),
      ),
    );
    expect(await plugin.nextEvent('bell.rung')).toMatchObject({
      name: 'bell.rung',
      object: 'front',
      data: { times: 0, by: 'nobody' },
    });
    expect((await plugin.nextEvent('bell.rung')).data.times).toBe(1);
    expect(plugin.events.length).toBeGreaterThanOrEqual(2);
  });

  it('that do not come in time are an error that says what came instead', async () => {
    await using plugin = await startPlugin(
      bells(async ({ emit }) => {
        await emit('alarm.raised', { data: 'smoke' });
      }),
    );
    await expect(plugin.nextEvent('bell.rung', { timeoutMs: 10 })).rejects.toThrow(
      'no bell.rung within 10 ms; events so far: alarm.raised',
    );
  });

  it('with an id that was there before are duplicates', async () => {
    const answers: unknown[] = [];
    await using plugin = await startPlugin(
      bells(async ({ emit }) => {
        for (const id of ['a', 'b', 'a']) answers.push(await emit('alarm.raised', { id, data: id }));
      }),
    );
    expect(plugin.events.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(answers[2]).toEqual({ ...(answers[0] as object), duplicate: true });
  });

  it.each<[string, (context: Context) => Promise<unknown>, string]>([
    [
      'that are not declared',
      ({ emit }) => emit('bell.cracked' as 'bell.rung', { data: { times: 1 } }),
      'plugin bells does not declare the event "bell.cracked"',
    ],
    [
      'whose data does not fit',
      ({ emit }) => emit('bell.rung', { data: { times: 'often' as unknown as number } }),
      'bell.rung: data.times: Invalid input: expected number',
    ],
    [
      'without the object that they must name',
      ({ emit }) => emit('door.opened', { data: 1 }),
      'door.opened must name the door that it is about',
    ],
    [
      'with an object where there is none',
      ({ emit }) => emit('alarm.raised', { object: 'a', data: 1 }),
      'alarm.raised must not name an object: alarm has none',
    ],
  ])('%s are refused', async (_, emit, problem) => {
    await using plugin = await startPlugin(
      bells(async (context) => {
        await emit(context).catch(() => undefined);
      }),
    );
    expect(plugin.events).toEqual([]);
    expect(plugin.refused).toMatchObject([{ error: { message: expect.stringContaining(problem) } }]);
  });
});

describe('actions', () => {
  it('are given parsed settings and input, and what they return and record is found', async () => {
    await using plugin = await startPlugin(quiet);
    const outcome = await plugin.runAction('bell.ring', {
      object: { key: 'front' },
      input: { times: 2 },
      attempt: 3,
      event: { type: 'alarm.raised' },
    });
    expect(outcome).toEqual({
      result: { rung: 2, attempt: 3, because: 'alarm.raised' },
      records: [{ sent: { tone: 'ding' } }],
      exchanges: [],
    });
  });

  it('reject with what they throw', async () => {
    await using plugin = await startPlugin(quiet);
    const ringing = plugin.runAction('bell.ring', { object: { key: 'broken' }, input: {} });
    await expect(ringing).rejects.toBeInstanceOf(PermanentError);
  });

  it('are not run with input or settings that do not fit', async () => {
    await using plugin = await startPlugin(quiet);
    await expect(plugin.runAction('bell.ring', { object: {}, input: { times: 4 } })).rejects.toThrow(
      'bell.ring: input.times: Too big',
    );
    const settings = { tone: 1 as unknown as string };
    await expect(plugin.runAction('bell.ring', { object: { settings }, input: {} })).rejects.toThrow(
      'bell.ring: settings.tone: Invalid input',
    );
  });

  it.each(['bell.melt', 'bell.constructor', 'tree.fell'])(
    'that are not declared cannot be run: %s',
    async (name) => {
      await using plugin = await startPlugin(quiet);
      const running = plugin.runAction(name as 'bell.ring', { object: {}, input: {} });
      await expect(running).rejects.toThrow(/plugin bells (has no action|does not declare the object type)/);
    },
  );

  it('speak real HTTP, and each exchange is kept', async () => {
    await using server = await startServer((_, response) => response.end('dong'));
    await using plugin = await startPlugin(quiet);
    const { result, exchanges } = await plugin.runAction('bell.fetch', {
      object: {},
      input: { url: server.url },
    });
    expect(result).toBe('dong');
    expect(exchanges).toMatchObject([
      { request: { url: server.url }, response: { status: 200, body: 'dong' } },
    ]);
  });

  it('are aborted when the plugin is stopped', async () => {
    const asked = Promise.withResolvers<void>();
    await using server = await startServer(() => {
      asked.resolve();
    });
    const plugin = await startPlugin(quiet);
    const fetching = plugin.runAction('bell.fetch', { object: {}, input: { url: server.url } });
    const failed = expect(fetching).rejects.toThrow();
    await asked.promise;
    await plugin.stop();
    await failed;
  });
});

describe('a test of an object', () => {
  it('is given parsed settings and speaks real HTTP', async () => {
    await using server = await startServer((_, response) => response.end('dong'));
    await using plugin = await startPlugin(quiet);
    const { result, exchanges } = await plugin.runTest('bell', {
      object: { settings: { tone: server.url } },
    });
    expect(result).toBe('dong');
    expect(exchanges).toMatchObject([{ request: { url: server.url }, response: { body: 'dong' } }]);
  });

  it('rejects with what the plugin throws', async () => {
    await using plugin = await startPlugin(quiet);
    await expect(plugin.runTest('bell', { object: { key: 'broken' } })).rejects.toBeInstanceOf(
      PermanentError,
    );
  });

  it('is not run with settings that do not fit, or where the type has none', async () => {
    await using plugin = await startPlugin(quiet);
    const settings = { tone: 1 as unknown as string };
    await expect(plugin.runTest('bell', { object: { settings } })).rejects.toThrow('bell: settings.tone: ');
    await expect(plugin.runTest('door', { object: {} })).rejects.toThrow(
      'plugin bells has no test of the object type "door"',
    );
  });
});

it('shows the plugin its objects, in the order of their keys', async () => {
  let seen: (() => readonly { key: string; settings: { tone: string } }[]) | undefined;
  await using plugin = await startPlugin(
    bells(({ objects }) => {
      seen = () => objects('bell').map(({ key, settings }) => ({ key, settings }));
    }),
    { objects: [{ type: 'bell', key: 'rear', settings: { tone: 'dong' } }] },
  );
  plugin.addObject({ type: 'bell', key: 'front' });
  plugin.addObject({ type: 'door', key: 'front' });
  expect(seen?.()).toEqual([
    { key: 'front', settings: { tone: 'ding' } },
    { key: 'rear', settings: { tone: 'dong' } },
  ]);
});

describe('extension points', () => {
  it('have what the plugin offers, until it is stopped', async () => {
    let seen: (() => ReadonlyMap<string, { pitch: number }>) | undefined;
    const plugin = await startPlugin(
      bells(({ provide, extensions }) => {
        provide(tuner, 'fork', { pitch: 440 });
        seen = () => extensions(tuner);
      }),
    );
    expect(plugin.extension(tuner, 'fork')).toEqual({ pitch: 440 });
    expect(() => plugin.extension(tuner, 'pipe')).toThrow('nobody offers "pipe" at tuner; offered: fork');
    await plugin.stop();
    expect(seen?.().size).toBe(0);
  });

  it('have what another plugin would offer', async () => {
    const seen: string[][] = [];
    await using plugin = await startPlugin(
      bells(({ extensionChanges }) => extensionChanges(tuner).pipe(tap((all) => seen.push([...all.keys()])))),
    );
    const withdraw = plugin.provide(tuner, 'pipe', { pitch: 442 });
    const { result } = await plugin.runAction('bell.tune', { object: {}, input: {} });
    expect(result).toBe(442);
    withdraw();
    expect(seen).toEqual([[], ['pipe'], []]);
  });
});

it('puts what the plugin discovers among its objects, beside what is there', async () => {
  await using plugin = await startPlugin(
    bells(async ({ discovered, emit }) => {
      const found = [
        { key: 'front', settings: { tone: 'clang' }, state: { rusty: true } },
        { key: 'rear', name: 'Rear bell' },
      ];
      const fresh = await discovered('bell', found);
      await emit('alarm.raised', { data: [...fresh] });
    }),
    { objects: [{ type: 'bell', key: 'front', settings: { tone: 'dong' } }] },
  );
  expect((await plugin.nextEvent('alarm.raised')).data).toEqual(['rear']);
  expect(plugin.objects('bell')).toMatchObject([
    { key: 'front', settings: { tone: 'dong' }, state: { rusty: true } },
    { key: 'rear', name: 'Rear bell', settings: { tone: 'ding' } },
  ]);
});

describe('a plugin that fails', () => {
  const lost = new Error('cable cut');

  it('at its start makes startPlugin reject', async () => {
    await expect(startPlugin(bells(() => Promise.reject(lost)))).rejects.toBe(lost);
  });

  it('later is heard by whoever waits for an event', async () => {
    await using plugin = await startPlugin(
      bells(() => timer(5).pipe(concatMap(() => throwError(() => lost)))),
    );
    await expect(plugin.nextEvent('bell.rung')).rejects.toBe(lost);
  });

  it('later is heard by whoever waits for its end', async () => {
    await using plugin = await startPlugin(bells(() => throwError(() => lost)));
    await expect(plugin.ended).rejects.toBe(lost);
  });

  it('later, unheard, makes the stop reject', async () => {
    const plugin = await startPlugin(bells(() => throwError(() => lost)));
    await expect(plugin.stop()).rejects.toBe(lost);
  });

  it('in its teardown makes the stop reject', async () => {
    const plugin = await startPlugin(bells(() => () => Promise.reject(lost)));
    await expect(plugin.stop()).rejects.toBe(lost);
  });

  it('by breaking the rules for plugins is not started', async () => {
    await expect(startPlugin({ ...quiet, name: 'My Bells' })).rejects.toThrow(
      'name: must begin with a letter',
    );
  });
});

it('says so when the plugin has ended before the event came', async () => {
  await using plugin = await startPlugin(bells(() => EMPTY));
  await expect(plugin.nextEvent('bell.rung')).rejects.toThrow('no bell.rung: the plugin has ended');
});

it('lets a plugin that completes end', async () => {
  await using plugin = await startPlugin(bells(() => of(1)));
  await expect(plugin.ended).resolves.toBeUndefined();
});

async function startServer(listener: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

describe('what a plugin serves', () => {
  const hello = definePlugin({
    name: 'hello',
    api: '^1.0.0',
    types: [bell],
    start: ({ serve, dispatcher }) => {
      serve('/hello', (request, response) => void response.end(request.url));
      serve('/echo', (request, response) => {
        const { origin } = new URL('/', `http://${String(request.headers.host)}`);
        void dispatcher()
          .request({ origin, path: '/hello/again', method: 'GET' })
          .then(async ({ body }) => response.end(await body.text()));
      });
    },
  });

  it('is reached by a real server, by others and by its own dispatcher', async () => {
    await using plugin = await startPlugin(hello);
    expect(await (await fetch(`${plugin.url}/hello/world?a=b`)).text()).toBe('/hello/world?a=b');
    expect(await (await fetch(`${plugin.url}/echo`)).text()).toBe('/hello/again');
    expect((await fetch(`${plugin.url}/other`)).status).toBe(404);
  });

  it('is refused as Signalbox would refuse it', async () => {
    const greedy = definePlugin({
      ...hello,
      start: ({ serve }) => {
        serve('/api', () => undefined);
      },
    });
    await expect(startPlugin(greedy)).rejects.toThrow('serve: "/api" belongs to Signalbox itself');
    await using silent = await startPlugin(definePlugin({ ...hello, start: () => undefined }));
    expect(() => silent.url).toThrow('the plugin serves nothing');
  });

  it('may emit until its teardown is done, and not after', async () => {
    let emitted: unknown[] = [];
    let late: (() => Promise<unknown>) | undefined;
    const closing = definePlugin({
      ...hello,
      start: ({ emit }) => {
        late = () => emit('bell.rung', { data: { times: 1 } });
        return async () => {
          emitted.push(await late?.());
        };
      },
    });
    const plugin = await startPlugin(closing);
    await plugin.stop();
    expect(emitted).toHaveLength(1);
    emitted = [];
    await expect(late?.()).rejects.toThrow('plugin hello is stopped');
  });
});

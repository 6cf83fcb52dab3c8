import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { startSignalbox, type TestConfig, type TestSignalbox } from '../support/signalbox.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/* CMDB objects that Signalbox keeps: what becomes of a change, and who is told. */

const path = '/api/objects/cmdb/4711';
const server = { hostname: 'srv-4711', ram: 16, nics: [{ mac: 'a' }] };

interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

async function eventsOf({ api }: TestSignalbox, key = '4711'): Promise<readonly StoredEvent[]> {
  const { body } = await api.get<{ items: readonly StoredEvent[] }>(`/api/events?object=${key}`);
  return body.items.toReversed();
}

/** Names of the events so far, oldest first. */
const namesOf = async (app: TestSignalbox, key?: string): Promise<readonly string[]> =>
  (await eventsOf(app, key)).map(({ type }) => type);

describe('a CMDB object', () => {
  let app: TestSignalbox;
  beforeEach(async () => {
    app = await startSignalbox({ config: { plugins: ['cmdb', 'webhook'] } });
  });
  afterEach(async () => {
    await app[Symbol.asyncDispose]();
  });

  it('that is put is an event: created with what it is, updated with both sides and what changed', async () => {
    await app.api.put(path, { settings: server });
    await app.api.put(path, { settings: { ...server, ram: 32, nics: [{ mac: 'a' }, { mac: 'b' }] } });
    const [created, updated] = await eventsOf(app);
    expect(created).toMatchObject({
      type: 'cmdb.created',
      data: { operation: 'CREATE', object_before: null, object_after: server, changes: null },
    });
    expect(updated).toMatchObject({
      type: 'cmdb.updated',
      data: {
        operation: 'UPDATE',
        object_before: server,
        object_after: { ...server, ram: 32, nics: [{ mac: 'a' }, { mac: 'b' }] },
        changes: [
          { path: '/ram', before: 16, after: 32 },
          { path: '/nics/1', after: { mac: 'b' } },
        ],
      },
    });
  });

  it('that is posted and patched is an event, too', async () => {
    await app.api.request('POST', '/api/objects/cmdb', { key: '4711', settings: server });
    await app.api.request('PATCH', path, { settings: { ram: null, rack: 7 } });
    const [, updated] = await eventsOf(app);
    expect(updated?.data).toMatchObject({
      object_after: { hostname: 'srv-4711', nics: [{ mac: 'a' }], rack: 7 },
      changes: [
        { path: '/ram', before: 16 },
        { path: '/rack', after: 7 },
      ],
    });
  });

  it('that is deleted is an event with the whole object as it was, and is gone', async () => {
    await app.api.put(path, { settings: server });
    expect((await app.api.request('DELETE', path)).status).toBe(204);
    const [, deleted] = await eventsOf(app);
    expect(deleted).toMatchObject({
      type: 'cmdb.deleted',
      data: { operation: 'DELETE', object_before: server, object_after: null, changes: null },
    });
    expect((await app.api.get(path)).status).toBe(404);
  });

  it('that stays as it is is no event, whatever is said about its name and tags', async () => {
    await app.api.put(path, { settings: server });
    await app.api.put(path, { settings: { nics: [{ mac: 'a' }], ram: 16, hostname: 'srv-4711' } });
    await app.api.put(path, { name: 'Server', tags: ['servers/gpu'], settings: server });
    await app.api.request('PATCH', path, { enabled: false });
    expect(await namesOf(app)).toEqual(['cmdb.created']);
  });

  it('that another CMDB keeps comes into the directory by its first event, and is not changed by events', async () => {
    await app.api.emit({
      type: 'cmdb.created',
      object: '12',
      data: { object_after: server, name: 'Server 12' },
    });
    expect((await app.api.get('/api/objects/cmdb/12')).body).toMatchObject({
      name: 'Server 12',
      settings: {},
    });
    await app.api.request('PATCH', '/api/objects/cmdb/12', { tags: ['servers/gpu'] });
    await app.api.emit({
      type: 'cmdb.updated',
      object: '12',
      data: { object_before: {}, object_after: server },
    });
    expect((await app.api.get('/api/objects/cmdb/12')).body).toMatchObject({ settings: {} });
    expect(await namesOf(app, '12')).toEqual(['cmdb.created', 'cmdb.updated']);
  });
});

describe('a CMDB object in the configuration file', () => {
  it('is an event when the file is applied and something has changed', async () => {
    using folder = temporaryFolder();
    const eventsAfter = async (ram: number): Promise<readonly string[]> => {
      const config = { plugins: ['cmdb'], objects: { 'cmdb/4711': { settings: { ...server, ram } } } };
      await using app = await startSignalbox({ config, data: `${folder.path}/data` });
      return await namesOf(app);
    };
    expect(await eventsAfter(16)).toEqual(['cmdb.created']);
    expect(await eventsAfter(16)).toEqual(['cmdb.created']);
    expect(await eventsAfter(32)).toEqual(['cmdb.created', 'cmdb.updated']);
  });
});

describe('webhooks for changes of CMDB objects', () => {
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(async () => {
    await receiver[Symbol.asyncDispose]();
  });

  /** Webhooks, each told of these events by a task of its own. */
  const told = (
    webhooks: Readonly<Record<string, { events: readonly string[]; more?: object }>>,
  ): TestConfig => {
    const all = Object.entries(webhooks);
    return {
      plugins: ['cmdb', 'webhook'],
      limits: { shutdownGraceMs: 0 },
      objects: Object.fromEntries(
        all.map(([key, { more }]) => [
          `webhook/${key}`,
          { settings: { url: `${receiver.url}/${key}`, retries: 0 }, ...more },
        ]),
      ),
      tasks: Object.fromEntries(
        all.map(([key]) => [
          key,
          { action: 'webhook.send', target: { object: key }, settings: { format: 'datagerry' } },
        ]),
      ),
      triggers: Object.fromEntries(
        all.flatMap(([key, { events }]) =>
          events.map((event) => [`${key}-${event}`, { event: `cmdb.${event}`, task: key }]),
        ),
      ),
    };
  };

  const change = async ({ api }: TestSignalbox): Promise<void> => {
    await api.put(path, { settings: server });
    await api.put(path, { settings: { ...server, ram: 32 } });
    expect((await api.request('DELETE', path)).status).toBe(204);
  };

  const operations = (webhook: string): readonly string[] =>
    receiver.deliveries
      .filter((delivery) => delivery.path === `/${webhook}`)
      .map(({ body }) => (JSON.parse(body) as { operation: string }).operation)
      .sort();

  it('get the event types that each one wants', async () => {
    await using app = await startSignalbox({
      config: told({
        creations: { events: ['created'] },
        removals: { events: ['deleted'] },
        all: { events: ['created', 'updated', 'deleted'] },
      }),
    });
    await change(app);
    await receiver.got(5);
    expect(operations('creations')).toEqual(['CREATE']);
    expect(operations('removals')).toEqual(['DELETE']);
    expect(operations('all')).toEqual(['CREATE', 'DELETE', 'UPDATE']);
  });

  it('get nothing when they are not active, and nothing at all when their task is not', async () => {
    await using app = await startSignalbox({
      config: told({
        active: { events: ['created'] },
        inactive: { events: ['created'], more: { enabled: false } },
        unwatched: { events: ['created'] },
      }),
    });
    await app.api.request('PATCH', '/api/tasks/unwatched', { enabled: false });
    await app.api.put(path, { settings: server });
    const [created] = await eventsOf(app);
    expect(await app.api.runsOf(created!.id)).toMatchObject([
      { target: 'webhook/active', state: 'succeeded' },
      { target: 'webhook/inactive', state: 'held', reason: 'target_disabled' },
    ]);
    expect(operations('inactive')).toEqual([]);
  });

  it('get their document with the id, the sides and the changes that the receiver needs', async () => {
    await using app = await startSignalbox({ config: told({ all: { events: ['updated'] } }) });
    await app.api.put(path, { settings: server });
    await app.api.put(path, { settings: { ...server, ram: 32 } });
    const [delivery] = await receiver.got(1);
    expect(JSON.parse(delivery!.body)).toEqual({
      event_time: { $date: expect.any(Number) },
      operation: 'UPDATE',
      object_before: { public_id: 4711, ...server },
      object_after: { public_id: 4711, ...server, ram: 32 },
      changes: { old: [{ name: 'ram', value: 16 }], new: [{ name: 'ram', value: 32 }] },
    });
  });

  it('can be set up for the objects that bear a tag, also when they are deleted', async () => {
    await using app = await startSignalbox({
      config: {
        ...told({ all: { events: [] } }),
        triggers: {
          gpu: { event: 'cmdb.deleted', tag: 'servers/gpu', task: 'all' },
        },
      },
    });
    await app.api.put(path, { tags: ['servers/gpu'], settings: server });
    await app.api.put('/api/objects/cmdb/4712', { settings: server });
    expect((await app.api.request('DELETE', '/api/objects/cmdb/4712')).status).toBe(204);
    expect((await app.api.request('DELETE', path)).status).toBe(204);
    const [delivery] = await receiver.got(1);
    expect(JSON.parse(delivery!.body)).toMatchObject({ object_before: { public_id: 4711 } });
    expect(receiver.deliveries).toHaveLength(1);
  });
});

describe('one webhook that fails', () => {
  it('holds up neither the others nor the caller', async () => {
    await using hanging = await startReceiver({ respond: () => new Promise(() => undefined) });
    await using broken = await startReceiver({ respond: () => ({ status: 500 }) });
    await using fine = await startReceiver();
    const urls = { hanging: hanging.url, broken: broken.url, fine: fine.url };
    await using app = await startSignalbox({
      config: {
        plugins: ['cmdb', 'webhook'],
        limits: { shutdownGraceMs: 0 },
        tags: { 'cmdb/watchers': null },
        objects: Object.fromEntries(
          Object.entries(urls).map(([key, url]) => [
            `webhook/${key}`,
            { tags: ['cmdb/watchers'], settings: { url, timeout: 120, retries: 3 } },
          ]),
        ),
        tasks: {
          tell: {
            action: 'webhook.send',
            target: { tag: 'cmdb/watchers' },
            settings: { format: 'datagerry' },
          },
        },
        triggers: { created: { event: 'cmdb.created', task: 'tell' } },
      },
    });
    // The answer is here while one webhook hangs and another one is broken: neither of them can end by itself.
    await app.api.put(path, { settings: server });
    const [delivery] = await fine.got(1);
    expect(JSON.parse(delivery!.body)).toMatchObject({ operation: 'CREATE', object_after: server });
    await hanging.got(1);
    await broken.got(1);

    const [created] = await eventsOf(app);
    await app.api.runsIn('succeeded');
    const { body } = await app.api.get<{ runs: readonly { target: string; state: string }[] }>(
      `/api/events/${created!.id}`,
    );
    const states = Object.fromEntries(body.runs.map(({ target, state }) => [target, state]));
    expect(states).toMatchObject({ 'webhook/fine': 'succeeded', 'webhook/broken': 'pending' });
    expect(['pending', 'running']).toContain(states['webhook/hanging']);
  });
});

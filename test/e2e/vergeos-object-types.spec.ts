import { describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../support/api-client.ts';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';

const plugins = ['vm', 'user', 'tenant', 'sync', 'alarm', 'system', 'webhook'];

const withInstances = {
  user: ['login', 'logout', 'created', 'deleted', 'enabled', 'disabled'],
  vm: ['power_on', 'power_off', 'reset', 'created', 'deleted', 'status_change', 'error'],
  tenant: ['power_on', 'power_off', 'created', 'deleted'],
  sync: ['started', 'completed', 'error'],
};
const withoutInstances = {
  alarm: { events: ['raised', 'lowered'], data: { level: 'critical' } },
  system: {
    events: ['update_available', 'update_completed', 'startup', 'log'],
    data: { type: 'audit', level: 'audit', message: 'm' },
  },
};

/** A Signalbox with a webhook and a task that sends the type of its event and what it is about. */
async function start(url: string): Promise<TestSignalbox> {
  const app = await startSignalbox({ config: { plugins } });
  await app.api.put('/api/objects/webhook/ops', { settings: { url } });
  await app.api.put('/api/tasks/tell', {
    action: 'webhook.send',
    target: { object: 'ops' },
    settings: { message: { event: '${event.type}', name: '${NAME}', level: '${event.data.level}' } },
  });
  return app;
}

const trigger = (api: ApiClient, id: string, trigger: object): Promise<void> =>
  api.put(`/api/triggers/${id}`, { task: 'tell', ...trigger });

describe('VergeOS object types and events', () => {
  it.each(Object.entries(withInstances))(
    '%s: each event fires the task of its trigger',
    async (type, events) => {
      await using receiver = await startReceiver();
      await using app = await start(receiver.url);
      for (const event of events) await trigger(app.api, event, { event: `${type}.${event}`, object: 'one' });
      for (const event of events) {
        expect(await app.api.publish({ type: `${type}.${event}`, object: 'one' })).toMatchObject({ runs: 1 });
        expect(await app.api.publish({ type: `${type}.${event}`, object: 'other' })).toMatchObject({
          runs: 0,
        });
      }
      await receiver.got(events.length);
      expect(
        receiver.deliveries.map(({ body }) => (JSON.parse(body) as { event: string }).event).sort(),
      ).toEqual(events.map((event) => `${type}.${event}`).sort());
      // Each type of it has instances: an event must name one.
      const nameless = await app.api.request('POST', '/api/events', { type: `${type}.${events[0]!}` });
      expect(nameless).toMatchObject({ status: 422, body: { code: 'EVENT_INVALID', field: 'object' } });
    },
  );

  it.each(Object.entries(withoutInstances))(
    '%s: has no object to choose, and each event fires the task of its trigger',
    async (type, { events, data }) => {
      await using receiver = await startReceiver();
      await using app = await start(receiver.url);
      for (const event of events) {
        await trigger(app.api, event, { event: `${type}.${event}`, filter: { 'data.mine': true } });
        const published = await app.api.publish({ type: `${type}.${event}`, data: { ...data, mine: true } });
        expect(published).toMatchObject({ runs: 1 });
        for (const choice of [{ object: 'x' }, { tag: 'a/b' }]) {
          const refused = await app.api.request('PUT', '/api/triggers/refused', {
            ...{ event: `${type}.${event}`, task: 'tell' },
            ...choice,
          });
          expect(refused).toMatchObject({ status: 422, body: { code: 'RESOURCE_INVALID' } });
        }
      }
      await receiver.got(events.length);
      const object = await app.api.request('PUT', `/api/objects/${type}/x`, {});
      expect(object).toMatchObject({ status: 422, body: { code: 'RESOURCE_INVALID', field: 'type' } });
      const named = await app.api.request('POST', '/api/events', {
        ...{ type: `${type}.${events[0]!}`, object: 'x', data },
      });
      expect(named).toMatchObject({ status: 422, body: { code: 'EVENT_INVALID', field: 'object' } });
    },
  );
});

describe('VergeOS event triggers', () => {
  it.each(['critical', 'error', 'warning', 'message'])('choose alarms of the level %s', async (level) => {
    await using receiver = await startReceiver();
    await using app = await start(receiver.url);
    await trigger(app.api, 'bad', { event: 'alarm.raised', filter: { 'data.level': level } });
    for (const raised of ['critical', 'error', 'warning', 'message']) {
      const published = await app.api.publish({ type: 'alarm.raised', data: { level: raised } });
      expect({ raised, runs: published.runs }).toEqual({ raised, runs: raised === level ? 1 : 0 });
    }
    const loud = await app.api.request('POST', '/api/events', {
      type: 'alarm.raised',
      data: { level: 'loud' },
    });
    expect(loud).toMatchObject({ status: 422, body: { field: 'data.level' } });
  });

  it('choose logs by type and level', async () => {
    await using receiver = await startReceiver();
    await using app = await start(receiver.url);
    await trigger(app.api, 'logs', {
      event: 'system.log',
      filter: { 'data.type': 'disk', 'data.level': 'error' },
    });
    const log = (type: string, level: string) =>
      app.api.publish({ type: 'system.log', data: { type, level, message: 'm' } });
    expect(await log('disk', 'error')).toMatchObject({ runs: 1 });
    expect(await log('disk', 'message')).toMatchObject({ runs: 0 });
    expect(await log('fan', 'error')).toMatchObject({ runs: 0 });
  });

  it('choose one object, or those with a tag as it is put on and taken off', async () => {
    await using receiver = await startReceiver();
    await using app = await start(receiver.url);
    await trigger(app.api, 'tagged', { event: 'sync.error', tag: 'syncs/nightly' });
    const fail = async () => (await app.api.publish({ type: 'sync.error', object: 'offsite' })).runs;
    const retag = (body: object) => app.api.request('POST', '/api/tags/syncs/nightly/objects', body);
    expect(await fail()).toBe(0);
    // The first event has registered the sync, so it can bear a tag.
    expect(await retag({ add: ['sync/offsite'] })).toMatchObject({ status: 200 });
    expect(await fail()).toBe(1);
    await retag({ remove: ['sync/offsite'] });
    expect(await fail()).toBe(0);
  });

  it('tell outgoing and incoming syncs apart', async () => {
    await using receiver = await startReceiver();
    await using app = await start(receiver.url);
    await app.api.put('/api/objects/sync/in', { settings: { direction: 'incoming' } });
    await trigger(app.api, 'in', {
      event: 'sync.error',
      filter: { 'object.settings.direction': 'incoming' },
    });
    expect(await app.api.publish({ type: 'sync.error', object: 'in' })).toMatchObject({ runs: 1 });
    expect(await app.api.publish({ type: 'sync.error', object: 'out' })).toMatchObject({ runs: 0 });
  });
});

describe('the last known state', () => {
  it.each([
    ['vm', 'power_on', {}, { power: 'on' }],
    ['vm', 'power_off', {}, { power: 'off' }],
    ['vm', 'status_change', { to: 'paused' }, { status: 'paused' }],
    ['tenant', 'power_on', {}, { power: 'on' }],
    ['user', 'login', {}, { loggedIn: true }],
    ['user', 'disabled', {}, { enabled: false }],
    ['sync', 'error', { message: 'no route' }, { status: 'error', message: 'no route' }],
  ])('of a %s after %s', async (type, event, data, state) => {
    await using app = await startSignalbox({ config: { plugins } });
    await app.api.emit({ type: `${type}.${event}`, object: 'one', data });
    expect((await app.api.get(`/api/objects/${type}/one`)).body).toMatchObject({ state, managedBy: 'event' });
  });
});

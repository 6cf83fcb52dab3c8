import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { problem } from '../support/problem.ts';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';

const secret = 'canary-secret-of-the-webhook';

const config = (url = 'http://127.0.0.1:9/'): Record<string, unknown> => ({
  plugins: ['cmdb', 'netbox', 'webhook'],
  objects: {
    'netbox/dc1': { settings: { auth: { type: 'hmac', secret } } },
    'webhook/inventory': { settings: { url } },
  },
  tasks: {
    tell: {
      action: 'webhook.send',
      target: { object: 'inventory' },
      settings: { message: { object: '${NAME}', changes: '${event.data.changes}' } },
    },
  },
  triggers: {
    'device-updated': {
      event: 'cmdb.updated',
      filter: { 'data.netbox.object_type': 'dcim.device' },
      task: 'tell',
    },
  },
});

const device = { created: '2026-02-01T00:00:00Z', name: 'srv-42', site: 1, status: 'planned', tags: [] };

/** The document that NetBox posts unless it has a template; Python's separators have spaces. */
const change = (more: object = {}): string =>
  JSON.stringify({
    event: 'updated',
    timestamp: '2026-03-01 12:00:00.968016+00:00',
    object_type: 'dcim.device',
    username: 'ann',
    request_id: 'fdbca812-3142-4783-b364-2e2bd5c16c6a',
    data: {
      id: 42,
      url: '/api/dcim/devices/42/',
      display: 'srv-42',
      name: 'srv-42',
      status: { value: 'active' },
    },
    snapshots: { prechange: device, postchange: { ...device, status: 'active' } },
    ...more,
  }).replaceAll('":', '": ');

/** As NetBox does it. */
function post(app: TestSignalbox, body: string, signed = body) {
  return app.api.request<{ events: { id: string }[] }>('POST', '/api/ingest/dc1', body, {
    authorization: '',
    'content-type': 'application/json',
    'x-hook-signature': createHmac('sha512', secret).update(signed).digest('hex'),
  });
}

describe('a webhook of NetBox', () => {
  it('is a change of a CMDB object, with what changed', async () => {
    await using receiver = await startReceiver();
    await using app = await startSignalbox({ config: config(receiver.url) });
    const { status, body } = await post(app, change());
    expect({ status, body }).toMatchObject({
      status: 202,
      body: { events: [{ duplicate: false, runs: 1 }] },
    });
    await app.api.runsOf(body.events[0]!.id);
    expect(receiver.deliveries.map((delivery) => JSON.parse(delivery.body))).toEqual([
      { object: 'srv-42', changes: [{ path: '/status', before: 'planned', after: 'active' }] },
    ]);
    expect(await app.api.get(`/api/events/${body.events[0]!.id}`)).toMatchObject({
      body: {
        type: 'cmdb.updated',
        object: 'device:42',
        time: '2026-03-01T12:00:00.968Z',
        data: { operation: 'UPDATE', user: 'ann', object_before: { id: 42, status: 'planned' } },
      },
    });
    expect(await post(app, change({ timestamp: '2026-03-01 12:00:01+00:00' }))).toMatchObject({
      body: { events: [{ duplicate: true }] },
    });
  });

  it('of a new or a deleted object has one side', async () => {
    await using app = await startSignalbox({ config: config() });
    const created = change({ event: 'created', snapshots: { prechange: null, postchange: device } });
    const deleted = change({ event: 'deleted', snapshots: { prechange: device, postchange: null } });
    for (const body of [created, deleted]) expect(await post(app, body)).toMatchObject({ status: 202 });
    const { body } = await app.api.get<{ items: object[] }>('/api/events');
    expect(body.items).toMatchObject([
      { type: 'cmdb.deleted', data: { object_before: { id: 42, ...device }, object_after: null } },
      { type: 'cmdb.created', data: { object_before: null, object_after: { id: 42, ...device } } },
    ]);
  });

  it('is refused when one byte is not as it was signed', async () => {
    await using app = await startSignalbox({ config: config() });
    for (const forged of [change({ username: 'anm' }), change().replace(': ', ':'), `${change()} `]) {
      expect(await post(app, forged, change())).toMatchObject(problem('INBOUND_REFUSED'));
    }
    expect(await app.api.get('/api/events')).toMatchObject({ body: { items: [] } });
  });

  it('needs the type of CMDB objects', async () => {
    const { objects } = config() as { objects: Record<string, unknown> };
    const only = { plugins: ['netbox'], objects: { 'netbox/dc1': objects['netbox/dc1'] } };
    await expect(startSignalbox({ config: only })).rejects.toThrow(
      '"cmdb.created", which no plugin declares',
    );
  });
});

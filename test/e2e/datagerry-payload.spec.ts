import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { problem } from '../support/problem.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';

/* The document of DataGerry's webhooks, for changes that another CMDB posts as events. */

const server = {
  public_id: 4711,
  type_id: 2,
  active: true,
  fields: [
    { name: 'hostname', value: 'srv-1' },
    { name: 'ram', value: 16 },
  ],
};
const grown = { ...server, fields: [server.fields[0], { name: 'ram', value: 32 }] };

let receiver: Receiver;
let app: TestSignalbox;

beforeAll(async () => {
  receiver = await startReceiver();
  app = await startSignalbox({
    config: {
      plugins: ['cmdb', 'vm', 'webhook'],
      objects: { 'webhook/inventory': { settings: { url: receiver.url } } },
      tasks: {
        tell: {
          action: 'webhook.send',
          target: { object: 'inventory' },
          settings: { format: 'datagerry' },
        },
      },
      triggers: Object.fromEntries(
        ['cmdb.created', 'cmdb.updated', 'cmdb.deleted', 'vm.error'].map((event) => [
          event.replace('.', '-'),
          { event, task: 'tell' },
        ]),
      ),
    },
  });
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

describe('the payload', () => {
  it.each([
    ['created', { object_after: server }, 'CREATE', null, server, null],
    [
      'updated',
      { object_before: server, object_after: grown },
      'UPDATE',
      server,
      grown,
      { old: [{ name: 'ram', value: 16 }], new: [{ name: 'ram', value: 32 }] },
    ],
    ['deleted', { object_before: server }, 'DELETE', server, null, null],
  ])(
    'of an object that was %s is DataGerry’s own',
    async (event, data, operation, before, after, changes) => {
      const time = '2026-03-01T12:00:00.500Z';
      const id = await app.api.emit({ type: `cmdb.${event}`, object: '4711', time, data });
      expect(await app.api.runsOf(id)).toMatchObject([{ state: 'succeeded' }]);
      const { method, headers, body } = receiver.deliveries.at(-1)!;
      expect({ method, type: headers['content-type'] }).toEqual({ method: 'POST', type: 'application/json' });
      expect(body).toBe(
        JSON.stringify({
          event_time: { $date: Date.parse(time) },
          operation,
          object_before: before,
          object_after: after,
          changes,
        }),
      );
    },
  );

  it('cannot be made of an event that has no object in its data; the run says so', async () => {
    const id = await app.api.emit({ type: 'vm.error', object: 'gpu-01' });
    expect(await app.api.runsOf(id)).toMatchObject([
      { state: 'failed', attempts: 1, reason: expect.stringContaining('vm.error has neither') },
    ]);
  });
});

describe('an event that another CMDB posts', () => {
  it('gets what changed, where it does not tell it', async () => {
    const data = { object_before: server, object_after: grown, user: 'ann' };
    const id = await app.api.emit({ type: 'cmdb.updated', object: '4711', data });
    expect((await app.api.get(`/api/events/${id}`)).body).toMatchObject({
      data: { ...data, operation: 'UPDATE', changes: [{ path: '/fields/1/value', before: 16, after: 32 }] },
    });
  });

  it.each<[string, string, object, string, string]>([
    [
      'a created object without it',
      'created',
      {},
      'data.object_after',
      'must be fields ("name: value"), got nothing',
    ],
    [
      'a created object that was there before',
      'created',
      { object_before: server, object_after: grown },
      'data.object_before',
      'must be left out: there was no object before it was created',
    ],
    ['an update of one side', 'updated', { object_after: grown }, 'data.object_before', 'must be fields'],
    [
      'a deleted object that is still there',
      'deleted',
      { object_before: server, object_after: server },
      'data.object_after',
      'must be left out: there is no object after it was deleted',
    ],
    [
      'another operation than its event',
      'deleted',
      { operation: 'UPDATE', object_before: server },
      'data.operation',
      'must be "DELETE", got "UPDATE"',
    ],
  ])('is refused with %s', async (_, event, data, field, detail) => {
    expect(
      await app.api.request('POST', '/api/events', { type: `cmdb.${event}`, object: '4711', data }),
    ).toMatchObject(problem('EVENT_INVALID', { field, detail: expect.stringContaining(detail) }));
  });
});

import { describe, expect, it } from '@jest/globals';
import { PermanentError, type EventView, type JsonObject, type JsonValue, type z } from 'signalbox/sdk';
import { startPlugin } from 'signalbox/sdk/testing';
import { startHttpServer } from '../../test/support/servers.ts';
import plugin from './index.ts';
import type { sendInput } from './send.ts';
import type { webhookSettings } from './settings.ts';

interface Sending {
  readonly input: z.input<typeof sendInput>;
  readonly event?: EventView;
  readonly settings?: Partial<z.input<typeof webhookSettings>>;
  readonly runId?: string;
}

/** The body of the one request that an attempt makes. */
async function sent({ input, event, settings, runId }: Sending): Promise<string> {
  await using server = await startHttpServer();
  await using started = await startPlugin(plugin);
  await started.runAction('webhook.send', {
    object: { settings: { url: server.url, ...settings } },
    input,
    ...(event && { event }),
    ...(runId !== undefined && { idempotencyKey: runId }),
  });
  expect(server.requests).toHaveLength(1);
  return server.requests[0]?.body ?? '';
}

const about = (type: string, data: JsonObject, key = '4711'): EventView => ({
  id: '0199ed2b-6f6e-7000-8000-000000000001',
  source: 'signalbox/api',
  type,
  depth: 0,
  time: '2025-10-16T11:38:07.123Z',
  object: { type: type.split('.')[0] ?? '', key, name: `Object ${key}`, tags: [] },
  data,
});

describe('the format datagerry', () => {
  const changed = async (data: JsonObject, settings = {}): Promise<JsonValue> =>
    JSON.parse(
      await sent({ input: { format: 'datagerry' }, event: about('cmdb.changed', data), settings }),
    ) as JsonValue;
  const server = {
    public_id: 4711,
    active: true,
    fields: [
      { name: 'hostname', value: 'srv-1' },
      { name: 'ram', value: 16 },
    ],
  };
  const grown = { ...server, fields: [server.fields[0]!, { name: 'ram', value: 32 }] };

  it('has the whole new object of one that was created', async () => {
    expect(await changed({ object_before: null, object_after: server })).toEqual({
      event_time: { $date: Date.parse('2025-10-16T11:38:07.123Z') },
      operation: 'CREATE',
      object_before: null,
      object_after: server,
      changes: null,
    });
  });

  it('has both sides of an update, and the fields that are not the same', async () => {
    expect(await changed({ object_before: server, object_after: grown })).toMatchObject({
      operation: 'UPDATE',
      object_before: server,
      object_after: grown,
      changes: { old: [{ name: 'ram', value: 16 }], new: [{ name: 'ram', value: 32 }] },
    });
  });

  it('has the object as it was of one that was deleted', async () => {
    expect(await changed({ object_before: server })).toMatchObject({
      operation: 'DELETE',
      object_before: server,
      object_after: null,
      changes: null,
    });
  });

  it('has its keys in the order of the original', async () => {
    const body = await sent({
      input: { format: 'datagerry' },
      event: about('cmdb.deleted', { object_before: {} }),
    });
    expect(body).toBe(
      '{"event_time":{"$date":1760614687123},"operation":"DELETE","object_before":{"public_id":4711},"object_after":null,"changes":null}',
    );
  });

  it('says which object it is where the object itself does not', async () => {
    expect(await changed({ object_before: { ram: 16 }, object_after: { ram: 32 } })).toMatchObject({
      object_before: { public_id: 4711, ram: 16 },
      object_after: { public_id: 4711, ram: 32 },
      changes: { old: [{ name: 'ram', value: 16 }], new: [{ name: 'ram', value: 32 }] },
    });
    expect(await changed({ object_after: { public_id: 'own' } })).toMatchObject({
      object_after: { public_id: 'own' },
    });
  });

  it('takes each key of an object without a list of fields as one', async () => {
    const before = { hostname: 'srv-1', ram: 16, 'rack.unit': 4, nics: [{ mac: 'a', up: true }] };
    const after = { nics: [{ up: true, mac: 'a' }], hostname: 'srv-1', ram: 32, owner: null };
    expect(await changed({ object_before: before, object_after: after })).toMatchObject({
      changes: {
        old: [
          { name: 'ram', value: 16 },
          { name: 'rack.unit', value: 4 },
        ],
        new: [
          { name: 'ram', value: 32 },
          { name: 'owner', value: null },
        ],
      },
    });
  });

  it('tells the state of an object that was only switched on or off', async () => {
    const off = { ...server, active: false };
    expect(await changed({ object_before: server, object_after: off })).toMatchObject({
      changes: { state: false },
    });
    expect(await changed({ object_before: server, object_after: { ...grown, active: false } })).toMatchObject(
      { changes: { old: [{ name: 'ram' }], new: [{ name: 'ram' }] } },
    );
  });

  it('passes on changes in the form of DataGerry, and forms those that are a list anew', async () => {
    const both = { object_before: server, object_after: grown };
    const told = { old: [], new: [{ name: 'ram', value: 32 }] };
    expect(await changed({ ...both, changes: told })).toMatchObject({ changes: told });
    const list = [{ path: '/fields/1/value', before: 16, after: 32 }];
    expect(await changed({ ...both, changes: list })).toMatchObject({ changes: { old: [{ name: 'ram' }] } });
  });

  it('lies at the data location, and gets no payload secret', async () => {
    const settings = { dataLocation: 'root/result', payloadSecret: 'shared' };
    const document = await changed({ object_before: server }, settings);
    expect(document).toMatchObject({ root: { result: { operation: 'DELETE' } } });
    expect(JSON.stringify(document)).not.toContain('secret');
  });

  it.each<[string, JsonObject]>([
    ['no data', {}],
    ['sides that are no objects', { object_before: null, object_after: [1] }],
  ])('fails for good for an event with %s', async (_, data) => {
    const failed = sent({ input: { format: 'datagerry' }, event: about('vm.error', data) });
    await expect(failed).rejects.toThrow(PermanentError);
    await expect(failed).rejects.toThrow(
      'the format datagerry needs object_before or object_after in the data of the event, as cmdb.updated has them; vm.error has neither',
    );
  });

  it('compares objects with thousands of fields', async () => {
    const fields = (value: number) => Array.from({ length: 5_000 }, (_, n) => ({ name: `f${n}`, value }));
    const document = await changed({
      object_before: { fields: fields(1) },
      object_after: { fields: fields(2) },
    });
    expect((document as { changes: { new: unknown[] } }).changes.new).toHaveLength(5_000);
  });
});

describe('the format apio', () => {
  const runId = '70195486-8934-4a31-a504-a97a72c7f322';
  const call = {
    request: { tag: 'tag-1', method: 'POST', url: '/api/v01/some/url/path', body: { foo: 'bar' } },
    response: { status: 200, body: {} },
  };
  const reported = (data: JsonObject, settings = {}, key = '1'): Promise<string> =>
    sent({ input: { format: 'apio' }, event: about('route.completed', data, key), settings, runId });

  it('is the document of the original, key by key', async () => {
    const route = { id: 1, label: 'event-1' };
    expect(await reported({ route, ...call }, { payloadSecret: 'secret-1' })).toBe(
      JSON.stringify({
        event: { id: 1, label: 'event-1' },
        id: runId,
        request: { tag: 'tag-1', method: 'post', url: '/api/v01/some/url/path', body: { foo: 'bar' } },
        response: { status: 200, body: {} },
        secret: 'secret-1',
      }),
    );
  });

  it('has no secret where none is set', async () => {
    expect(JSON.parse(await reported(call))).not.toHaveProperty('secret');
  });

  it.each<[string, JsonValue]>([
    ['7', 7],
    ['07', '07'],
    ['1e3', '1e3'],
    ['9007199254740993', '9007199254740993'],
    ['orders', 'orders'],
  ])('names the route %s as %j, where the data names none', async (key, id) => {
    expect(JSON.parse(await reported(call, {}, key))).toMatchObject({
      event: { id, label: `Object ${key}` },
    });
  });

  it('has the tag of the route where the request has none, and null for what there is not', async () => {
    const request = { method: 'GET', url: '/x' };
    const document = await reported({ route: { tag: 'billing' }, request, response: { status: 204 } });
    expect(JSON.parse(document)).toMatchObject({
      request: { tag: 'billing', method: 'get', url: '/x', body: null },
      response: { status: 204, body: null },
    });
    expect(JSON.parse(await reported({ request, response: { status: 204 } }))).toMatchObject({
      request: { tag: null },
    });
  });

  it('lies at the data location, secret included', async () => {
    const document = await reported(call, { dataLocation: 'root', payloadSecret: 's' });
    expect(JSON.parse(document)).toMatchObject({ root: { id: runId, secret: 's' } });
  });

  it('has nothing that the original has not, such as headers and users', async () => {
    const request = { ...call.request, headers: [['authorization', 'Bearer x']] };
    expect(await reported({ ...call, request, user: 'me' })).not.toMatch(/headers|Bearer|user/);
  });

  it.each<[JsonObject, string]>([
    [{}, 'data.request, data.response'],
    [{ request: { method: 'GET' }, response: { status: 200 } }, 'data.request.url'],
    [{ request: call.request, response: { status: '200' } }, 'data.response.status'],
  ])('fails for good for an event with %j', async (data, where) => {
    const failed = sent({ input: { format: 'apio' }, event: about('vm.error', data) });
    await expect(failed).rejects.toThrow(PermanentError);
    await expect(failed).rejects.toThrow(`as route.completed has them; vm.error does not fit at ${where}`);
  });
});

describe('a message given as a mapping', () => {
  const mapping = { 'fields/summary': 'Mail is down', 'fields/labels/0': 'ops', number: 42 };

  it('is built field by field', async () => {
    expect(JSON.parse(await sent({ input: { mapping } }))).toEqual({
      fields: { summary: 'Mail is down', labels: ['ops'] },
      number: 42,
    });
  });

  it('lies at the data location, payload secret included', async () => {
    const settings = { dataLocation: 'root/items/0', payloadSecret: 's' };
    expect(JSON.parse(await sent({ input: { mapping: { a: 1 } }, settings }))).toEqual({
      root: { items: [{ a: 1, secret: 's' }] },
    });
  });

  it.each<[string, z.input<typeof sendInput>, string]>([
    ['beside a message', { mapping, message: null }, 'cannot stand together with message'],
    ['for another format', { mapping, format: 'apio' }, 'is for the format message, not for apio'],
    ['that cannot be built', { mapping: { 'a//b': 1 } }, 'location "a//b" must be names'],
  ])('is refused %s', async (_, input, problem) => {
    await expect(sent({ input })).rejects.toThrow(problem);
  });
});

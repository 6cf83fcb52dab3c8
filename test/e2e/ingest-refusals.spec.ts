import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import type { ErrorCode } from '../../src/domain/errors.ts';
import { problem } from '../support/problem.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';

const on = { type: 'vm.power_on', object: 'gpu-01' };
const cloudEvent = { specversion: '1.0', id: '1', source: '/hv', type: 'vm.power_on', subject: 'gpu-01' };
const structured = { 'content-type': 'application/cloudevents+json' };
const batched = { 'content-type': 'application/cloudevents-batch+json' };

type Bytes = string | Uint8Array<ArrayBuffer> | ReadableStream;

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

describe('what is no valid event is refused', () => {
  let app: TestSignalbox;

  beforeAll(async () => {
    app = await startSignalbox({
      config: {
        // Whatever were stored would fire.
        objects: { 'webhook/ops': { enabled: false, settings: { url: 'https://example.com' } } },
        tasks: { tell: { action: 'webhook.send', target: { object: 'ops' } } },
        triggers: { on: { event: 'vm.power_on', task: 'tell' } },
      },
    });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
  });

  const kept = async () => ({ events: (await app.api.get('/api/events')).body, runs: await app.api.runs() });
  let before: object;
  beforeEach(async () => {
    before = await kept();
  });
  afterEach(async () => {
    expect(await kept()).toEqual(before);
  });

  const post = (body: unknown, headers: Record<string, string> = {}) =>
    app.api.request('POST', '/api/events', body, headers);

  /** Sends bytes as they are. */
  const send = async (body: Bytes, headers: Record<string, string> = {}) => {
    const response = await fetch(`${app.url}/api/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${app.token}`, 'content-type': 'application/json', ...headers },
      body,
      duplex: 'half',
    });
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      body: await response.json(),
    };
  };

  it('with an answer that is a problem', async () => {
    const answer = await send(JSON.stringify({ type: 'vm.power_on' }));
    expect(answer).toEqual({
      status: 422,
      type: 'application/problem+json; charset=utf-8',
      body: {
        type: 'urn:signalbox:error:EVENT_INVALID',
        title: 'Event is not valid',
        status: 422,
        detail: expect.stringContaining('must name the vm'),
        code: 'EVENT_INVALID',
        action: 'Correct the field that the message names.',
        field: 'object',
        requestId: expect.stringMatching(/./),
      },
    });
  });

  it.each<[string, unknown, ErrorCode, string]>([
    ['a type that nobody declares', { ...on, type: 'vm.flown' }, 'EVENT_TYPE_UNKNOWN', 'type'],
    ['a type without an event', { ...on, type: 'vm' }, 'EVENT_TYPE_UNKNOWN', 'type'],
    ['no type', { object: 'gpu-01' }, 'EVENT_INVALID', 'type'],
    ['a type that is no text', { ...on, type: 7 }, 'EVENT_INVALID', 'type'],
    ['no object, where there must be one', { type: 'vm.power_on' }, 'EVENT_INVALID', 'object'],
    ['an object that is no text', { ...on, object: { key: 'gpu-01' } }, 'EVENT_INVALID', 'object'],
    ['an empty object', { ...on, object: '' }, 'RESOURCE_INVALID', 'object'],
    ['a control character in the object', { ...on, object: 'gpu\n01' }, 'RESOURCE_INVALID', 'object'],
    [
      'an object of more than 200 characters',
      { ...on, object: 'x'.repeat(201) },
      'RESOURCE_INVALID',
      'object',
    ],
    ['data that is no object', { ...on, data: ['node-7'] }, 'EVENT_INVALID', 'data'],
    [
      'data of the wrong kind',
      { ...on, type: 'vm.status_change', data: { to: 7 } },
      'EVENT_INVALID',
      'data.to',
    ],
    ['a time that is none', { ...on, time: 'yesterday' }, 'EVENT_INVALID', 'time'],
    ['a time without its zone', { ...on, time: '2026-03-01T12:00:00' }, 'EVENT_INVALID', 'time'],
    ['a day without its time', { ...on, time: '2026-03-01' }, 'EVENT_INVALID', 'time'],
    ['a month that is none', { ...on, time: '2026-13-01T12:00:00Z' }, 'EVENT_INVALID', 'time'],
    ['a day that its month has not', { ...on, time: '2026-02-30T12:00:00Z' }, 'EVENT_INVALID', 'time'],
    ['a 25th hour', { ...on, time: '2026-03-01T24:00:00Z' }, 'EVENT_INVALID', 'time'],
    ['an empty id', { ...on, id: '' }, 'EVENT_INVALID', 'id'],
    ['an id that is no text', { ...on, id: 4711 }, 'EVENT_INVALID', 'id'],
    ['an id of more than 1,000 bytes', { ...on, id: 'ä'.repeat(501) }, 'EVENT_INVALID', 'id'],
    ['a NUL in the id', { ...on, id: 'a\0b' }, 'EVENT_INVALID', 'id'],
    ['half a character in the id', { ...on, id: 'a\ud83d' }, 'EVENT_INVALID', 'id'],
    ['an empty source', { ...on, source: '' }, 'EVENT_INVALID', 'source'],
    ['a NUL in the source', { ...on, source: 'a\0b' }, 'EVENT_INVALID', 'source'],
    ['a field that does not exist', { ...on, level: 'high' }, 'EVENT_INVALID', 'level'],
    ['a CloudEvent sent as a native event', cloudEvent, 'EVENT_INVALID', 'specversion'],
  ])('an event with %s', async (_what, event, code, field) => {
    expect(await post(event)).toMatchObject(problem(code, { field }));
    expect(await post([on, on, event])).toMatchObject(problem(code, { field: `events[2].${field}` }));
  });

  it.each<[string, object, string]>([
    ['no specversion', { ...cloudEvent, specversion: undefined }, 'specversion'],
    ['an older specversion', { ...cloudEvent, specversion: '0.3' }, 'specversion'],
    ['no id', { ...cloudEvent, id: undefined }, 'id'],
    ['an empty source', { ...cloudEvent, source: '' }, 'source'],
    ['no type', { ...cloudEvent, type: null }, 'type'],
    ['a subject that is no text', { ...cloudEvent, subject: 7 }, 'subject'],
    ['an attribute in capitals', { ...cloudEvent, traceParent: 'x' }, 'traceParent'],
    ['an extension that is an object', { ...cloudEvent, trace: {} }, 'trace'],
    ['data twice', { ...cloudEvent, data: {}, data_base64: 'e30=' }, 'data_base64'],
    ['what is no Base64', { ...cloudEvent, data_base64: '{}' }, 'data_base64'],
    ['Base64 of what is no JSON', { ...cloudEvent, data_base64: 'bm9wZQ==' }, 'data_base64'],
    ['no subject, where an object is needed', { ...cloudEvent, subject: undefined }, 'object'],
  ])('a CloudEvent with %s', async (_what, event, field) => {
    expect(await post(event, structured)).toMatchObject(problem('EVENT_INVALID', { field }));
    expect(await post([cloudEvent, event], batched)).toMatchObject(
      problem('EVENT_INVALID', { field: `events[1].${field}` }),
    );
  });

  it.each(['ce-id', 'ce-source', 'ce-type'])('a binary CloudEvent without %s', async (missing) => {
    const headers: Record<string, string> = {
      'ce-specversion': '1.0',
      'ce-id': '1',
      'ce-source': '/hv',
      'ce-type': 'vm.power_on',
      'ce-subject': 'gpu-01',
    };
    const { [missing]: _, ...rest } = headers;
    expect(await post({}, rest)).toMatchObject(problem('EVENT_INVALID', { field: missing.slice(3) }));
  });

  it.each<[string, Bytes]>([
    ['is no JSON', '{"type": '],
    ['has something behind the JSON', '{} {}'],
    ['is not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['is empty', ''],
    ['is deeper than 64 levels', `{"type":"vm.power_on","object":"a","data":{"x":${nested(63)}}}`],
    ['is deeper than a stack', nested(100_000)],
    ['has the key __proto__', '{"type":"vm.power_on","object":"a","data":{"x":[{"__proto__":{"a":1}}]}}'],
    ['hides the key __proto__', String.raw`{"type":"vm.power_on","object":"a","data":{"\u005f_proto__":1}}`],
    ['has the key constructor', '{"type":"vm.power_on","object":"a","data":{"constructor":{}}}'],
  ])('a body that %s', async (_what, body) => {
    expect(await send(body)).toMatchObject(problem('BODY_INVALID'));
  });

  it.each(['7', '"vm.power_on"', 'null', 'true'])('the body %s', async (body) => {
    expect(await send(body)).toMatchObject(problem('EVENT_INVALID'));
    expect(await send(`[${body}]`)).toMatchObject(problem('EVENT_INVALID', { field: 'events[0]' }));
  });

  it('a batch of CloudEvents that is no array', async () => {
    expect(await post(cloudEvent, batched)).toMatchObject(problem('BODY_INVALID'));
  });

  it('a body of more than 256 KiB, however it is sent', async () => {
    const body = JSON.stringify({ ...on, data: { x: 'x'.repeat(256 * 1024) } });
    expect(await send(body)).toMatchObject(problem('BODY_TOO_LARGE'));
    const pieces = new Blob([body]).stream();
    expect(await send(pieces)).toMatchObject(problem('BODY_TOO_LARGE'));
  });

  it('more than 1,000 events at once', async () => {
    const many = Array.from({ length: 1_001 }, () => on);
    expect(await post(many)).toMatchObject(problem('BATCH_TOO_LARGE'));
    const cloudEvents = Array.from({ length: 1_001 }, (_, i) => ({ ...cloudEvent, id: String(i) }));
    expect(await post(cloudEvents, batched)).toMatchObject(problem('BATCH_TOO_LARGE'));
  });

  it.each([
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'application/merge-patch+json',
    'multipart/form-data; boundary=x',
    'application/cloudevents+xml',
    'json',
  ])('the media type %s', async (type) => {
    expect(await send(JSON.stringify(on), { 'content-type': type })).toMatchObject(
      problem('UNSUPPORTED_MEDIA_TYPE'),
    );
  });

  it('a body without a media type', async () => {
    const bytes = new TextEncoder().encode(JSON.stringify(on));
    const response = await fetch(`${app.url}/api/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${app.token}` },
      body: bytes,
    });
    expect({ status: response.status, body: await response.json() }).toMatchObject(
      problem('UNSUPPORTED_MEDIA_TYPE'),
    );
  });

  it.each(['gzip', 'br', 'deflate', 'gzip, identity'])(
    'a body with the content-encoding %s',
    async (encoding) => {
      expect(await send(gzipSync(JSON.stringify(on)), { 'content-encoding': encoding })).toMatchObject(
        problem('UNSUPPORTED_MEDIA_TYPE'),
      );
    },
  );

  it('a whole batch for one bad event, wherever it stands', async () => {
    const bad = { type: 'vm.status_change', object: 'gpu-01', data: { from: 1, to: 2 } };
    for (const at of [0, 499, 999]) {
      const events: object[] = Array.from({ length: 1_000 }, () => on);
      events[at] = bad;
      const field = `events[${String(at)}].data.from`;
      expect(await post(events)).toMatchObject(
        problem('EVENT_INVALID', {
          field,
          detail: expect.stringContaining(`events[${String(at)}]`),
          errors: [
            { field, message: expect.any(String) },
            { field: `events[${String(at)}].data.to`, message: expect.any(String) },
          ],
        }),
      );
    }
  });
});

describe('what is just within the limits is stored', () => {
  it.each<[string, string]>([
    ['a body of 256 KiB', JSON.stringify({ ...on, data: { x: '' } })],
    ['1,000 events', JSON.stringify(Array.from({ length: 1_000 }, () => on))],
    ['64 levels', `{"type":"vm.power_on","object":"a","data":{"x":${nested(62)}}}`],
  ])('%s', async (_what, body) => {
    await using app = await startSignalbox();
    const filled = body.replace('"x":""', () => `"x":"${'x'.repeat(256 * 1024 - body.length)}"`);
    expect(await app.api.request('POST', '/api/events', filled)).toMatchObject({ status: 202 });
  });
});

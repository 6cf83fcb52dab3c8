import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { adminToken, startApi, type ApiApp, type ApiReply } from '../../../test/support/api-app.ts';
import { lampPlugin } from '../../../test/support/api-plugins.ts';
import { ResourceIndex } from '../../kernel/resources/resource-index.ts';
import {
  defineObjectType,
  definePlugin,
  inboundAuth,
  PermanentError,
  RetryableError,
  z,
  type InboundEvent,
} from '../../sdk/index.ts';

const token = 'canary-token-of-the-bell';
const secret = 'canary-secret-of-the-bell';

function* repeated(event: InboundEvent, times = Infinity): Generator<InboundEvent> {
  for (let i = 0; i < times; i++) yield event;
}

const document = z.object({
  rings: z.array(
    z.looseObject({ id: z.string().optional(), lamp: z.string().optional(), level: z.string() }),
  ),
});

/** Rings when it is told to, and lights lamps. */
const bell = defineObjectType({
  name: 'bell',
  label: 'Bell',
  instances: 'required',
  ingest: false,
  settings: z.object({ auth: inboundAuth({ header: 'X-Bell' }), sends: z.string().default('lamp.lit') }),
  events: { rung: z.looseObject({}) },
  inbound: {
    auth: ({ auth }) => auth,
    events: ({ sends }) => [sends, 'bell.rung'],
    read({ object, headers, text, json }): Iterable<InboundEvent> {
      const what = text();
      if (what === 'broken') throw new Error(`a fault that knows ${token}`);
      if (what === 'odd') throw new PermanentError(`what is this? ${token}`);
      if (what === 'busy') throw new RetryableError('not yet', { retryAfterMs: 7_000 });
      if (what === 'late') return [{ type: 'lamp.lit', object: 'desk', time: new Date('never') }];
      if (what === 'many')
        return Array.from({ length: 10_001 }, () => ({ type: 'lamp.lit', object: 'desk' }));
      if (what === 'much') {
        const data = { by: 'x'.repeat(1024 * 1024) };
        return Array.from({ length: 20 }, () => ({ type: 'lamp.lit', object: 'desk', data }));
      }
      const lit = { type: 'lamp.lit', object: 'desk', data: { level: 'low' } };
      if (what === 'one by one') return repeated(lit, 3);
      if (what === 'endless') return repeated(lit);
      if (what === 'long ids') return repeated({ ...lit, id: 'x'.repeat(100_000) });
      if (what === 'self') return [{ type: 'bell.rung', object: object.key, data: { headers } }];
      if (what === 'task') return [{ type: 'task.run', object: 'x' }];
      return document.parse(json()).rings.map(({ id, lamp, level }) => ({
        type: object.settings.sends,
        object: lamp,
        data: { level },
        id,
      }));
    },
  },
});

const gong = defineObjectType({
  name: 'gong',
  label: 'Gong',
  settings: z.object({ auth: inboundAuth() }),
  inbound: { auth: ({ auth }) => auth, read: () => [] },
});

const plugins = [lampPlugin, definePlugin({ name: 'bell', api: '^1.0.0', types: [bell, gong] })];
const bearer = { authorization: `Bearer ${token}` };
const ring = (...rings: readonly object[]): object => ({ rings });
const low = { id: '1', lamp: 'desk', level: 'low' };

describe('an inbound endpoint', () => {
  let api: ApiApp;

  beforeAll(async () => {
    api = await startApi(plugins);
  });
  beforeEach(async () => {
    api.storage.fail = false;
    api.storage.storedEvents.length = 0;
    const put = await api.send('PUT', '/api/objects/bell/front', {
      settings: { auth: { type: 'bearer', token } },
    });
    expect(put.status).toBeLessThan(300);
  });
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
  });

  const post = (body: unknown, headers: Record<string, string | undefined> = bearer, name = 'front') =>
    api.send('POST', `/api/ingest/${name}`, body, headers);

  it('takes what is posted under its key and answers once it is stored', async () => {
    const answer = await post(ring(low, { lamp: 'wall', level: 'high' }));
    expect(answer).toMatchObject({
      status: 202,
      body: {
        events: [
          { id: expect.any(String), duplicate: false, runs: 0 },
          { id: expect.any(String), duplicate: false, runs: 0 },
        ],
      },
    });
    expect(api.storage.storedEvents).toMatchObject([
      {
        type: 'lamp.lit',
        object: 'desk',
        source: 'signalbox/bell/front',
        sourceId: '1',
        data: { level: 'low' },
      },
      { type: 'lamp.lit', object: 'wall', source: 'signalbox/bell/front', data: { level: 'high' } },
    ]);
  });

  it('stores an event once that is posted again', async () => {
    const [first, again] = [await post(ring(low)), await post(ring(low))];
    const { id } = first.body.events[0];
    expect(again).toMatchObject({ status: 202, body: { events: [{ id, duplicate: true, runs: 0 }] } });
    expect(api.storage.storedEvents).toHaveLength(1);
  });

  it('may have nothing to say', async () => {
    expect(await post(ring())).toMatchObject({ status: 202, body: { events: [] } });
  });

  it('stores all of a delivery or nothing', async () => {
    const answer = await post(ring(low, { lamp: 'desk', level: 'blinding' }));
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'EVENT_INVALID', field: expect.stringContaining('data.level') },
    });
    expect(api.storage.storedEvents).toEqual([]);
  });

  it('may make its events one by one', async () => {
    expect((await post('one by one')).body.events).toHaveLength(3);
    expect(api.storage.storedEvents).toHaveLength(3);
  });

  it('shows its address, and its type that it has one', async () => {
    const key = 'hall/2';
    await api.send('POST', '/api/objects/bell', { key, settings: { auth: { type: 'bearer', token } } });
    const { body } = await api.send('GET', '/api/objects/bell/hall%2F2');
    expect(body).toMatchObject({
      inbound: '/api/ingest/hall%2F2',
      settings: { auth: { token: '********' } },
    });
    expect(await api.send('POST', body.inbound, ring(), bearer)).toMatchObject({ status: 202 });
    await api.send('PUT', '/api/objects/lamp/plain', {});
    expect((await api.send('GET', '/api/objects/lamp/plain')).body).not.toHaveProperty('inbound');
    expect(await api.send('GET', '/api/types/bell')).toMatchObject({ body: { inbound: true } });
    expect(await api.send('GET', '/api/types/lamp')).toMatchObject({ body: { inbound: false } });
  });

  it('tells nobody whether it exists', async () => {
    await api.send('PUT', '/api/objects/bell/off', { enabled: false, settings: { auth: { type: 'none' } } });
    const answers = [
      await post(ring(low), { authorization: 'Bearer wrong' }),
      await post(ring(low), { authorization: undefined }),
      await post(ring(low), { authorization: `Bearer ${adminToken}` }),
      await post('{ no JSON', { authorization: 'Bearer wrong' }),
      await post(ring(low), bearer, 'back'),
      await post(ring(low), bearer, 'off'),
      await post(ring(low), bearer, 'desk'),
      await post(ring(low), bearer, '__proto__'),
    ];
    const told = ({ status, headers, body }: ApiReply) => {
      const { requestId: _, ...rest } = body as Record<string, unknown>;
      const { date: _date, 'x-request-id': _id, ...others } = headers;
      return { status, headers: others, body: rest };
    };
    expect(told(answers[0]!)).toMatchObject({
      status: 401,
      headers: {
        'content-type': expect.stringMatching('problem.json'),
        'www-authenticate': expect.anything(),
      },
      body: { code: 'INBOUND_REFUSED' },
    });
    for (const answer of answers) expect(told(answer)).toEqual(told(answers[0]!));
    expect(api.storage.storedEvents).toEqual([]);
  });

  it('has a name of its own among all types of endpoints', async () => {
    const answer = await api.send('PUT', '/api/objects/gong/front', { settings: { auth: { type: 'none' } } });
    expect(answer).toMatchObject({
      status: 422,
      body: {
        code: 'RESOURCE_INVALID',
        field: 'key',
        detail: expect.stringContaining('bell/front has the address /api/ingest/front already'),
      },
    });
    // Other types are not concerned, and it can be saved again itself.
    expect((await api.send('PUT', '/api/objects/lamp/front', {})).status).toBeLessThan(300);
  });

  it('cannot be saved when it would send in what cannot be sent in', async () => {
    const put = (sends: string) =>
      api.send('PUT', '/api/objects/bell/odd', { settings: { auth: { type: 'none' }, sends } });
    expect(await put('lamp.stolen')).toMatchObject({
      status: 422,
      body: { code: 'EVENT_TYPE_UNKNOWN', detail: expect.stringContaining('"lamp.stolen"') },
    });
    expect(await put('task.run')).toMatchObject({ status: 422, body: { code: 'RESOURCE_INVALID' } });
  });

  it('must be told how it knows who may send', async () => {
    const put = (auth: unknown) => api.send('PUT', '/api/objects/bell/odd', { settings: { auth } });
    expect(await put(undefined)).toMatchObject({ status: 422, body: { code: 'SETTINGS_INVALID' } });
    const short = await put({ type: 'bearer', token: 'canary-short' });
    expect(short).toMatchObject({ status: 422, body: { field: 'settings.auth.token' } });
    expect(JSON.stringify(short.body)).not.toContain('canary-short');
  });

  describe('with a signature', () => {
    beforeEach(async () => {
      const auth = { type: 'hmac', secret };
      await api.send('PUT', '/api/objects/bell/signed', { settings: { auth } });
    });
    const sign = (text: string) => createHmac('sha256', secret).update(text).digest('hex');
    const postSigned = (text: string, of = text, headers: Record<string, string> = {}) =>
      post(text, { authorization: undefined, 'x-bell': sign(of), ...headers }, 'signed');

    it('takes these very bytes only', async () => {
      const text = ` {"rings" :[{"level":"low","lamp":"desk","name":"\\u00e4"}] }\n`;
      expect(await postSigned(text)).toMatchObject({ status: 202, body: { events: [{ duplicate: false }] } });
      expect(await postSigned(text.replace('low', 'loW'), text)).toMatchObject({ status: 401 });
      expect(await postSigned(text.trim(), text)).toMatchObject({ status: 401 });
      expect(await postSigned('', '')).toMatchObject({ status: 422 });
    });

    it.each([
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/vnd.acme+json; charset=utf-8',
      undefined,
    ])('takes them as %s, too', async (type) => {
      const answer = await postSigned('{"rings":[]}', undefined, { 'content-type': type as string });
      expect(answer).toMatchObject({ status: 202, body: { events: [] } });
    });
  });

  it.each<[string, string, number, string, string]>([
    ['no JSON', '{"rings":', 400, 'BODY_INVALID', 'line 1'],
    ['a key that could reach a prototype', '{"rings":[],"__proto__":{}}', 400, 'BODY_INVALID', '__proto__'],
    ['deep nesting', `${'['.repeat(65)}${']'.repeat(65)}`, 400, 'BODY_INVALID', '64 levels'],
    [
      'another document',
      '{"bells":[]}',
      422,
      'EVENT_INVALID',
      'bell/front: body.rings: must be a list, got nothing',
    ],
    ['what the plugin cannot read', 'odd', 422, 'EVENT_INVALID', 'bell/front: what is this?'],
    ['a time that is none', 'late', 422, 'EVENT_INVALID', 'time'],
    ['what becomes too many events', 'many', 413, 'BATCH_TOO_LARGE', '10,000'],
    ['what becomes too much data', 'much', 413, 'BATCH_TOO_LARGE', '16 MiB'],
    ['what becomes events without end', 'endless', 413, 'BATCH_TOO_LARGE', '10,000'],
    ['what becomes long ids', 'long ids', 413, 'BATCH_TOO_LARGE', '16 MiB'],
    ['what would be an event of Signalbox itself', 'task', 403, 'FORBIDDEN', 'task'],
    ['a body of more than 1 MiB', ' '.repeat(1024 * 1024 + 1), 413, 'BODY_TOO_LARGE', ''],
  ])('refuses %s', async (_what, text, status, code, detail) => {
    const answer = await post(text);
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body.detail).toContain(detail);
    expect(api.storage.storedEvents).toEqual([]);
  });

  it('names no more than the first of very many mistakes', async () => {
    const { body } = await post({ rings: Array.from({ length: 10_000 }, () => 1) });
    expect(body).toMatchObject({ field: 'body.rings[0]', detail: expect.stringMatching(/; and 9980 more$/) });
    expect(body.errors).toHaveLength(20);
  });

  it('refuses a compressed body', async () => {
    expect(await post('{}', { ...bearer, 'content-encoding': 'gzip' })).toMatchObject({
      status: 415,
      body: { code: 'UNSUPPORTED_MEDIA_TYPE' },
    });
  });

  it('takes 1 MiB, where other routes take 256 KiB', async () => {
    const text = JSON.stringify(ring()).padEnd(1024 * 1024);
    expect(await post(text)).toMatchObject({ status: 202 });
    expect(await api.send('POST', '/api/events', text)).toMatchObject({ status: 413 });
  });

  it('never makes the sender give up when the fault is here', async () => {
    api.storage.fail = true;
    expect(await post(ring(low))).toMatchObject({
      status: 503,
      headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
      body: { code: 'STORAGE_UNAVAILABLE' },
    });
    api.storage.fail = false;
    expect(await post('busy')).toMatchObject({
      status: 503,
      headers: { 'retry-after': '7' },
      body: { code: 'OVERLOADED' },
    });
    expect(await post('broken')).toMatchObject({ status: 500, body: { code: 'INTERNAL' } });
    const { err } = api.log.at(-1)!.fields as { err: Error };
    expect(err.message).toBe('a fault that knows ********');
    expect(err.stack).not.toContain(token);
  });

  it('may send in events of its own type that nobody else may, and never its credential', async () => {
    expect(await post('self', { ...bearer, cookie: `t=${token}`, 'x-other': 'open' })).toMatchObject({
      status: 202,
    });
    const [event] = api.storage.storedEvents;
    expect(event).toMatchObject({
      type: 'bell.rung',
      object: 'front',
      data: { headers: { 'x-other': 'open' } },
    });
    expect(JSON.stringify(event)).not.toContain(token);
    expect(await api.send('POST', '/api/events', { type: 'bell.rung', object: 'front' })).toMatchObject({
      status: 403,
    });
  });

  it('knows what has led to a delivery, so that a chain over the network ends', async () => {
    const led = { ...bearer, 'signalbox-cause': '0199ed2b-6f6e-7000-8000-000000000001;depth=3' };
    await post(ring(low), led);
    expect(api.storage.storedEvents).toMatchObject([
      { causedBy: '0199ed2b-6f6e-7000-8000-000000000001', depth: 4 },
    ]);
  });

  it('tells the log what it refused, without its secrets', async () => {
    expect(JSON.stringify(await post('odd'))).not.toContain(token);
    expect(JSON.stringify(api.log)).not.toContain(token);
    expect(api.log.findLast(({ level }) => level === 'warn')).toMatchObject({
      level: 'warn',
      message: 'Inbound delivery refused',
      fields: {
        object: 'bell/front',
        code: 'EVENT_INVALID',
        reason: expect.stringContaining('what is this? ***'),
      },
    });
  });
});

it('leaves other routes what they were: a media type that they do not take is 415, a path that is none 404', async () => {
  await using api = await startApi(plugins);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', undefined]) {
    const headers = { 'content-type': type };
    expect(await api.send('POST', '/api/events', '{}', headers)).toMatchObject({
      status: 415,
      body: { code: 'UNSUPPORTED_MEDIA_TYPE' },
    });
    expect(await api.send('POST', '/api/nowhere', '{}', headers)).toMatchObject({ status: 404 });
  }
});

it('asks of two endpoints that were saved apart the older one', async () => {
  await using api = await startApi(plugins);
  const index = api.app.get(ResourceIndex);
  const common = {
    key: 'twin',
    name: 'Twin',
    enabled: true,
    tags: [],
    managedBy: 'api',
    updatedAt: 2,
    changedAt: 2,
  } as const;
  const settings = { auth: { type: 'none' } };
  index.change({ kind: 'object', put: { ...common, type: 'bell', settings, createdAt: 2 } });
  expect((await api.send('POST', '/api/ingest/twin', '{}')).status).toBe(422);
  index.change({ kind: 'object', put: { ...common, type: 'gong', settings, createdAt: 1 } });
  expect((await api.send('POST', '/api/ingest/twin', '{}')).status).toBe(202);
});

it('is not there when its settings do not fit its type any more, and the log says so', async () => {
  await using api = await startApi(plugins);
  const common = {
    key: 'old',
    name: 'Old',
    enabled: true,
    tags: [],
    managedBy: 'api',
    updatedAt: 1,
    changedAt: 1,
  } as const;
  const put = { ...common, type: 'bell', settings: { auth: { type: 'gone' } }, createdAt: 1 };
  api.app.get(ResourceIndex).change({ kind: 'object', put });
  expect(await api.send('POST', '/api/ingest/old', '{}')).toMatchObject({
    body: { code: 'INBOUND_REFUSED' },
  });
  expect(api.log).toContainEqual(
    expect.objectContaining({ level: 'warn', message: 'Inbound endpoint cannot be used' }),
  );
});

import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';

/** A directory of users and a cloud of tenants, in one server: `PATCH /users/<id>`, `POST /tenants/<id>/<verb>`. */
const active = new Map<string, boolean>();
const running = new Map<string, string>();
let out = false;

let directory: Receiver;
let app: TestSignalbox;

beforeAll(async () => {
  directory = await startReceiver({
    respond: ({ method, path, body, headers }) => {
      if (headers.authorization !== 'Bearer open-sesame') return { status: 401 };
      const [, kind, id = '', verb] = path.split('/').map(decodeURIComponent);
      if (kind === 'tenants') {
        if (verb !== undefined) running.set(id, verb === 'start' ? 'running' : 'stopped');
        return { body: JSON.stringify({ data: { status: running.get(id) } }) };
      }
      if (!active.has(id)) return { status: 404, body: `no ${id}, though you know open-sesame` };
      if (method === 'PATCH') {
        active.set(id, (JSON.parse(body) as { active: boolean }).active);
        // It has done it, and dies before it can say so.
        if (out) return { status: 502 };
      }
      return { body: JSON.stringify({ id, active: active.get(id) }) };
    },
  });
  const via = { via: 'http/directory', minGapSeconds: 0 };
  app = await startSignalbox({
    config: {
      plugins: ['user', 'tenant', 'alarm', 'power-http'],
      objects: {
        'http/directory': {
          settings: {
            url: directory.url,
            auth: { type: 'bearer', token: 'open-sesame' },
            enable: { method: 'PATCH', path: '/users/${id}', body: { active: true } },
            disable: { method: 'PATCH', path: '/users/${id}', body: { active: false } },
            state: { path: '/users/${id}', at: 'active', enabled: true, disabled: false },
          },
        },
        'http/cloud': {
          settings: {
            url: `${directory.url}/tenants`,
            auth: { type: 'bearer', token: 'open-sesame' },
            power_on: { path: '/${id}/start' },
            power_off: { path: '/${id}/stop' },
            state: { path: '/${id}', at: 'data.status', on: 'running', off: 'stopped' },
          },
        },
        'user/jthompson': { tags: ['users/lab'], settings: { account: { ...via, id: '17/42' } } },
        'user/amiller': { tags: ['users/lab'], settings: { account: via } },
        'user/ghost': { settings: { account: via } },
        'tenant/acme': { settings: { power: { via: 'http/cloud', minGapSeconds: 0 } } },
      },
      tasks: {
        lock: { action: 'user.disable', target: { tag: 'users/lab' } },
        open: { action: 'user.enable', target: { tag: 'users/lab' } },
        ghost: { action: 'user.disable', target: { object: 'ghost' } },
        start: { action: 'tenant.power_on', target: { object: 'acme' } },
      },
      triggers: {
        raised: { event: 'alarm.raised', filter: { 'data.level': 'critical' }, task: 'lock' },
        lowered: { event: 'alarm.lowered', task: 'open' },
        ghost: { event: 'user.logout', object: 'ghost', task: 'ghost' },
        login: { event: 'user.login', task: 'start' },
      },
    },
  });
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await directory[Symbol.asyncDispose]();
});
beforeEach(() => {
  active.clear();
  active.set('17/42', true).set('amiller', false);
  running.set('acme', 'stopped');
  out = false;
});

interface Result {
  readonly result?: unknown;
}

async function resultsOf(eventId: string, states = 'succeeded'): Promise<Record<string, unknown>> {
  const runs = await app.api.runsOf(eventId, states);
  const details = await Promise.all(runs.map(({ id }) => app.api.run(id)));
  return Object.fromEntries(
    details.map(({ target, attemptLog }) => [target, (attemptLog.at(-1) as Result).result]),
  );
}

const raised = { type: 'alarm.raised', data: { level: 'critical', message: 'break-in', alarm: 'a-1' } };

it('locks the accounts of users in their directory, and leaves alone what is locked', async () => {
  const id = await app.api.emit(raised);
  const via = 'http/directory';
  expect(await resultsOf(id)).toEqual({
    'user/amiller': { before: 'disabled', after: 'disabled', acted: false, via, id: 'amiller' },
    'user/jthompson': {
      ...{ before: 'enabled', after: 'disabled', acted: true, via, id: '17/42' },
      answer: { status: 200 },
    },
  });
  expect(active.get('17/42')).toBe(false);
  const changes = directory.deliveries.filter(({ method }) => method === 'PATCH');
  expect(changes).toMatchObject([{ path: '/users/17%2F42', body: '{"active":false}' }]);
  const { body } = await app.api.get<{ items: readonly object[] }>('/api/events?type=user.disabled');
  expect(body.items).toMatchObject([{ data: { by: 'signalbox' }, depth: 1 }]);
  const user = await app.api.get('/api/objects/user/amiller');
  expect(user.body).toMatchObject({ state: { enabled: false } });
});

it('opens them again, though the answer is an error: the directory shows that it was done', async () => {
  active.set('17/42', false);
  out = true;
  const id = await app.api.emit({ type: 'alarm.lowered', data: { ...raised.data } });
  expect(await resultsOf(id)).toMatchObject({
    'user/amiller': { before: 'disabled', after: 'enabled', acted: true },
    'user/jthompson': { before: 'disabled', after: 'enabled', acted: true },
  });
});

it('fails for good for a user that the directory does not know, and keeps no secret', async () => {
  const id = await app.api.emit({ type: 'user.logout', object: 'ghost' });
  const [run] = await app.api.runsOf(id, 'failed');
  const detail = await app.api.run(run!.id);
  expect(detail).toMatchObject({
    attempts: 1,
    attemptLog: [{ error: expect.stringContaining('HTTP 404'), sent: { method: 'GET' } }],
  });
  expect(JSON.stringify(detail)).not.toContain('sesame');
});

it('powers a tenant on', async () => {
  const id = await app.api.emit({ type: 'user.login', object: 'jthompson' });
  expect(await resultsOf(id)).toMatchObject({
    'tenant/acme': { before: 'off', after: 'on', acted: true, answer: { status: 200 } },
  });
  expect(running.get('acme')).toBe('running');
});

it('sends its credentials to no other place', async () => {
  const moved = await app.api.request('PATCH', '/api/objects/http/directory', {
    settings: { url: 'https://example.com' },
  });
  expect(moved.status).toBe(422);
  const denied = await app.api.request('PUT', '/api/objects/http/inside', {
    settings: { url: 'http://10.0.0.1' },
  });
  expect(denied.body).toMatchObject({ code: 'EGRESS_DENIED', field: 'settings.url' });
});

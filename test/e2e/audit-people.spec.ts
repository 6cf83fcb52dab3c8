import { expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { ApiClient } from '../support/api-client.ts';
import { asLines, auditLog } from '../support/audit-log.ts';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { waitFor } from '../support/wait-for.ts';

const admin = 'SIGNALBOX_ADMIN_TOKEN';
const password = 'seven horses in a row';

async function logIn(app: TestSignalbox, user: string, secret: string): Promise<ApiClient> {
  const credentials = { user, password: secret, as: 'bearer' };
  const { body } = await new ApiClient(app.url, undefined).request<{ token: string }>(
    'POST',
    '/api/session',
    credentials,
  );
  return new ApiClient(app.url, body.token);
}

it('tells of users, their passwords, and of who logged in, failed to, and logged out', async () => {
  await using app = await startSignalbox();
  const { api } = app;
  await api.request('POST', '/api/users', { name: 'bob', password, scopes: ['admin'] });
  await api.request('POST', '/api/users', { name: 'alice', password, scopes: ['read'] });
  await api.request('PATCH', '/api/users/alice', { scopes: ['admin'] });
  await logIn(app, 'Alice', 'canary: not the password');
  await logIn(app, 'canary typed into the wrong field', 'x');
  const alice = await logIn(app, 'alice', password);
  await alice.put('/api/tags/a/b', {});
  const other = 'canary horses in a row';
  await alice.request('PUT', '/api/session/password', { current: password, password: other });
  await alice.request('DELETE', '/api/session');
  await api.request('PATCH', '/api/users/alice', { password, enabled: false });
  await logIn(app, 'alice', password);
  await api.request('DELETE', '/api/users/alice');
  const entries = (await auditLog(api)).slice(1);
  expect(asLines(entries)).toEqual([
    `${admin} created user alice`,
    `${admin} updated user alice`,
    'nobody login_failed user alice',
    'nobody login_failed user',
    'alice logged_in user alice',
    'alice created tag a/b',
    'alice password_changed user alice',
    'alice logged_out user alice',
    `${admin} password_changed user alice`,
    'nobody login_failed user alice',
    `${admin} removed user alice`,
  ]);
  expect(entries[1]).toMatchObject({
    before: { scopes: ['read'] },
    after: { scopes: ['admin'] },
    changed: ['scopes'],
  });
  expect(entries.flatMap(({ details }) => details?.['reason'] ?? [])).toEqual([
    'wrong_password',
    'unknown_user',
    'user_disabled',
  ]);
  const session = entries[4]!.details!['session'];
  expect(entries.slice(4, 8).map(({ actor }) => actor)).toEqual(
    Array.from({ length: 4 }, () => ({ kind: 'user', name: 'alice', session })),
  );
  expect(entries[8]).toMatchObject({
    before: { enabled: true, password: '********' },
    after: { enabled: false, password: '********' },
    changed: ['enabled', 'password'],
  });
  expect(entries.every(({ address }) => address === '127.0.0.1')).toBe(true);
  expect(JSON.stringify(entries)).not.toMatch(/canary|horses|argon2/);
});

it('tells of tokens by name and id, and of what is done with them', async () => {
  await using app = await startSignalbox();
  const { api } = app;
  const { body } = await api.request<{ id: string; token: string }>('POST', '/api/tokens', {
    name: 'ci',
    scopes: ['admin'],
  });
  await new ApiClient(app.url, body.token).put('/api/tags/a/b', {});
  await api.request('PATCH', `/api/tokens/${body.id}`, { expiresAt: '2099-01-01T00:00:00Z' });
  await api.request('PATCH', `/api/tokens/${body.id}`, { name: 'ci' });
  await api.request('DELETE', `/api/tokens/${body.id}`);
  const entries = await auditLog(api);
  expect(asLines(entries)).toEqual([
    `${admin} created token ${body.id}`,
    'ci created tag a/b',
    `${admin} updated token ${body.id}`,
    `${admin} removed token ${body.id}`,
  ]);
  expect(entries[0]).toMatchObject({ resource: { name: 'ci' }, after: { name: 'ci', scopes: ['admin'] } });
  expect(entries[1]!.actor).toEqual({ kind: 'token', name: 'ci', id: body.id });
  expect(entries[2]).toMatchObject({ before: {}, after: { expiresAt: '2099-01-01T00:00:00.000Z' } });
  expect(JSON.stringify(entries)).not.toContain(body.token);
});

it('tells of the first user, made by whoever had the setup token', async () => {
  await using app = await startSignalbox({ env: { SIGNALBOX_ADMIN_TOKEN: undefined as never } });
  const { setupToken } = app.running;
  const claim = { setupToken, name: 'root', password, apiToken: 'first' };
  const anybody = new ApiClient(app.url, undefined);
  await anybody.request('POST', '/api/setup', { ...claim, setupToken: 'sbsetup_wrong' });
  const { body } = await anybody.request<{ token: { id: string; token: string } }>(
    'POST',
    '/api/setup',
    claim,
  );
  const entries = await auditLog(new ApiClient(app.url, body.token.token));
  expect(asLines(entries)).toEqual([
    'setup created user root',
    'setup logged_in user root',
    `setup created token ${body.token.id}`,
  ]);
});

it('tells of what people set off and of what they do with runs', async () => {
  await using receiver = await startReceiver({ respond: () => ({ status: 400 }) });
  await using app = await startSignalbox();
  const { api } = app;
  await api.put('/api/objects/webhook/ops', { settings: { url: receiver.url } });
  await api.put('/api/tasks/tell', { name: 'Tell', action: 'webhook.send', target: { object: 'ops' } });
  await api.put('/api/triggers/tell', { event: 'vm.error', task: 'tell' });
  const begin = (await auditLog(api)).length;
  await api.request('POST', '/api/objects/webhook/ops/test');
  await api.request('POST', '/api/objects/webhook/none/test');
  const ran = (await api.request<{ id: string }>('POST', '/api/tasks/tell/run')).body;
  const fire = { object: 'gpu-01', data: { message: 'm' } };
  await api.request('POST', '/api/triggers/tell/fire', { ...fire, data: 'no object' });
  const fired = (await api.request<{ id: string }>('POST', '/api/triggers/tell/fire', fire)).body;
  const [[run], [other]] = [await api.runsOf(ran.id), await api.runsOf(fired.id)];
  await api.request('POST', `/api/runs/${run!.id}/retry`);
  await api.runsOf(ran.id, 'failed');
  await api.request('POST', '/api/runs:retry', { state: ['held'], object: 'webhook/ops' });
  const filter = { task: 'tell', state: ['failed'], from: '2026-01-01T00:00:00Z' };
  expect((await api.request('POST', '/api/runs:retry', filter)).body).toEqual({ runs: 2, more: false });
  await api.runsOf(ran.id, 'failed');
  await api.runsOf(fired.id, 'failed');
  await api.put('/api/objects/webhook/ops', { enabled: false, settings: { url: receiver.url } });
  await api.request('POST', `/api/runs/${other!.id}/retry`);
  await api.runsOf(fired.id, 'held');
  await api.request('POST', `/api/runs/${other!.id}/cancel`);
  await api.request('POST', `/api/runs/${other!.id}/cancel`);
  await api.request('DELETE', `/api/runs/${other!.id}`);
  const entries = (await auditLog(api)).slice(begin);
  expect(asLines(entries)).toEqual(
    [
      'tested object webhook/ops',
      'run task tell',
      'fired trigger tell',
      `retried run ${run!.id}`,
      'retried run',
      'updated object webhook/ops',
      `retried run ${other!.id}`,
      `cancelled run ${other!.id}`,
      `removed run ${other!.id}`,
    ].map((line) => `${admin} ${line}`),
  );
  const [, run_, , retried, bulk, , , cancelled, removed] = entries;
  // The event has the id of the entry at its source.
  expect((await api.get(`/api/events/${ran.id}`)).body).toMatchObject({ sourceId: run_!.id });
  expect(retried).toMatchObject({
    resource: { name: 'Tell' },
    before: { state: 'failed' },
    after: { state: 'pending' },
    details: { task: 'tell', target: 'webhook/ops', event: ran.id },
  });
  expect(bulk!.details).toEqual({ filter: { ...filter, from: '2026-01-01T00:00:00.000Z' }, runs: 2 });
  expect(cancelled).toMatchObject({ before: { state: 'held' }, after: { state: 'cancelled' } });
  expect(removed).toMatchObject({ before: { state: 'cancelled' } });
});

it('tells of a new key for secrets by its id', async () => {
  await using app = await startSignalbox();
  const { body } = await app.api.request<{ key: { id: string } }>('POST', '/api/secrets:rotate');
  expect(asLines(await auditLog(app.api))).toEqual([`${admin} rotated key ${body.key.id}`]);
});

it('has the address of somebody who does not wait for the answer', async () => {
  await using app = await startSignalbox();
  const { port } = new URL(app.url);
  const head = [
    'PUT /api/tags/a/b HTTP/1.1',
    'host: x',
    `authorization: Bearer ${app.token}`,
    'content-type: application/json',
    'content-length: 2',
  ].join('\r\n');
  const socket = connect(Number(port), '127.0.0.1', () => {
    socket.write(`${head}\r\n\r\n{}`, () => socket.resetAndDestroy());
  });
  const [entry] = await waitFor(
    async () => {
      const entries = await auditLog(app.api);
      return entries.length > 0 && entries;
    },
    () => 'the tag',
  );
  expect(entry).toMatchObject({ resource: { kind: 'tag', id: 'a/b' }, address: '127.0.0.1' });
});

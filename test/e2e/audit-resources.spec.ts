import { expect, it } from '@jest/globals';
import { startReceiver } from '../support/receiver.ts';
import { asLines, auditLog } from '../support/audit-log.ts';
import { startSignalbox } from '../support/signalbox.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const admin = 'SIGNALBOX_ADMIN_TOKEN';
const bearer = { type: 'bearer', token: 'canary-first-secret' };
const url = 'http://127.0.0.1:9/';

it('tells who changed a resource, how it was and how it is, and never a secret', async () => {
  await using app = await startSignalbox();
  const { api } = app;
  await api.put('/api/objects/webhook/ops', { name: 'Ops', settings: { url, auth: bearer } });
  await api.request('PATCH', '/api/objects/webhook/ops', {
    settings: { timeout: 7, auth: { token: 'canary-other-secret' } },
  });
  await api.put('/api/objects/webhook/ops', {
    name: 'Ops',
    settings: { url, timeout: 7, auth: { type: 'bearer', token: '********' } },
  });
  await api.request('DELETE', '/api/objects/webhook/ops', undefined, { 'x-request-id': 'my-request' });
  const entries = await auditLog(api, '&resource=webhook/ops');
  // What changes nothing is no change.
  expect(asLines(entries)).toEqual(
    ['created', 'updated', 'removed'].map((action) => `${admin} ${action} object webhook/ops`),
  );
  const [created, updated, removed] = entries;
  expect(created).toMatchObject({
    actor: { kind: 'token', name: admin },
    resource: { kind: 'object', id: 'webhook/ops', name: 'Ops' },
    after: { name: 'Ops', enabled: true, settings: { url, auth: { type: 'bearer', token: '********' } } },
    address: '127.0.0.1',
    requestId: expect.any(String),
  });
  expect(created).not.toHaveProperty('before');
  expect(updated).toMatchObject({
    before: { settings: { timeout: 5, auth: { token: '********' } } },
    after: { settings: { timeout: 7, auth: { token: '********' } } },
    changed: expect.arrayContaining(['settings.timeout', 'settings.auth.token']),
  });
  expect(updated!.after).not.toHaveProperty('name');
  expect(updated!.changed).toHaveLength(2);
  expect(removed).toMatchObject({ before: { settings: { timeout: 7 } }, requestId: 'my-request' });
  expect(JSON.stringify(entries)).not.toContain('canary');
  const { body } = await api.get(`/api/audit/${updated!.id}`);
  expect(body).toEqual(updated);
});

it('knows tags, tasks and triggers, and one request that changes many', async () => {
  await using app = await startSignalbox();
  const { api } = app;
  await api.put('/api/objects/webhook/a', { settings: { url } });
  await api.put('/api/objects/webhook/b', { settings: { url } });
  const before = (await auditLog(api)).length;
  await api.request('POST', '/api/tags/teams/night/objects', { add: ['webhook/a', 'webhook/b'] });
  await api.put('/api/tasks/tell', { name: 'Tell', action: 'webhook.send', target: { tag: 'teams/night' } });
  await api.put('/api/triggers/on-error', { event: 'vm.error', task: 'tell' });
  await api.request('DELETE', '/api/tasks/tell');
  await api.request('DELETE', '/api/triggers/on-error');
  const entries = (await auditLog(api)).slice(before);
  expect(asLines(entries)).toEqual([
    `${admin} created tag teams/night`,
    `${admin} updated object webhook/a`,
    `${admin} updated object webhook/b`,
    `${admin} created task tell`,
    `${admin} created trigger on-error`,
    // The task is in use: nothing was done.
    `${admin} removed trigger on-error`,
  ]);
  expect(new Set(entries.slice(0, 3).map(({ requestId }) => requestId)).size).toBe(1);
  expect(entries[1]).toMatchObject({
    before: { tags: [] },
    after: { tags: ['teams/night'] },
    changed: ['tags'],
  });
});

it('tells of what the configuration file and Signalbox itself put there, once', async () => {
  using folder = temporaryFolder();
  const config = {
    plugins: ['vm', 'webhook', 'schedule'],
    objects: { 'webhook/ops': { settings: { url } } },
  };
  for (let n = 0; n < 2; n++) {
    await using app = await startSignalbox({ config, data: folder.path });
    const lines = asLines(await auditLog(app.api));
    expect(lines.slice(0, 2)).toEqual(['config created object webhook/ops', 'config applied config']);
    expect(lines).toContain('signalbox created object schedule/hourly');
    expect(lines.filter((line) => line.startsWith('config'))).toHaveLength(2);
  }
});

it('a configuration that is applied over the API is the doing of who sends it', async () => {
  await using app = await startSignalbox();
  const document = { objects: { 'vm/a': {}, 'vm/b': {} } };
  await app.api.request('POST', '/api/config/plan', document);
  expect(await auditLog(app.api)).toEqual([]);
  await app.api.request('POST', '/api/config/apply', document);
  await app.api.request('POST', '/api/config/apply', document);
  const entries = await auditLog(app.api);
  expect(asLines(entries)).toEqual([
    `${admin} created object vm/a`,
    `${admin} created object vm/b`,
    `${admin} applied config`,
  ]);
  expect(entries[2]).toMatchObject({ details: { created: 2, updated: 0, removed: 0 } });
});

it('what Signalbox itself switches off or removes is its own doing, whoever set it off', async () => {
  await using receiver = await startReceiver({ respond: () => ({ status: 410 }) });
  await using app = await startSignalbox();
  const { api } = app;
  await api.put('/api/objects/webhook/ops', { settings: { url: receiver.url } });
  const task = { action: 'webhook.send', target: { object: 'ops' }, deleteAfterRunning: true };
  await api.put('/api/tasks/once', task);
  await api.put('/api/triggers/once', { event: 'vm.error', task: 'once' });
  const cause = await api.emit({ type: 'vm.error', object: 'm' });
  const own = await waitFor(
    async () => {
      const found = await auditLog(api, '&actor=signalbox');
      return found.length >= 3 && found;
    },
    () => 'entries of Signalbox itself',
  );
  expect([...asLines(own)].sort()).toEqual([
    'signalbox disabled object webhook/ops',
    'signalbox removed task once',
    'signalbox removed trigger once',
  ]);
  expect(own.find(({ action }) => action === 'disabled')).toMatchObject({
    before: { enabled: true },
    after: { enabled: false },
    details: { reason: expect.stringContaining('410') },
    causedBy: cause,
  });
  for (const entry of own) expect(entry).not.toHaveProperty('requestId');
});

it('a request that names its cause is told with it, and events that register objects are no changes of people', async () => {
  await using app = await startSignalbox();
  const cause = await app.api.emit({ type: 'vm.created', object: 'gpu-09' });
  expect((await app.api.get('/api/objects/vm/gpu-09')).status).toBe(200);
  expect(await auditLog(app.api)).toEqual([]);
  await app.api.request('PUT', '/api/tags/a/b', {}, { 'signalbox-cause': `${cause};depth=1` });
  expect(await auditLog(app.api)).toMatchObject([{ action: 'created', causedBy: cause }]);
});

it('is searched, narrowed and refuses what makes no sense', async () => {
  await using app = await startSignalbox();
  const { api } = app;
  await api.put('/api/tags/a/one', { description: 'Needle' });
  await api.put('/api/tags/a/two', {});
  expect(asLines(await auditLog(api, '&search=needle'))).toEqual([`${admin} created tag a/one`]);
  expect(await auditLog(api, '&action=removed,updated')).toEqual([]);
  expect(await auditLog(api, `&kind=tag&actor=token/${admin}`)).toHaveLength(2);
  for (const query of ['action=flown', 'kind=car', 'actor=martian/x', 'sort=size', 'cursor=x']) {
    const { status, body } = await api.get(`/api/audit?${query}`);
    expect({ status, body }).toMatchObject({ status: 400, body: { code: 'QUERY_INVALID' } });
  }
});

it('sugar routes and deletions by force are no way around, and a dry run is no change', async () => {
  await using app = await startSignalbox();
  const { api } = app;
  await api.put('/api/webhooks/ops', { settings: { url } });
  await api.put('/api/tasks/tell', { action: 'webhook.send', target: { object: 'ops' } });
  await api.request('PUT', '/api/webhooks/none?dryRun=true', { settings: { url } });
  await api.request('DELETE', '/api/webhooks/ops?force=true');
  const lines = asLines(await auditLog(api));
  expect([...lines].sort()).toEqual(
    [
      'created object webhook/ops',
      'created task tell',
      'removed object webhook/ops',
      'updated task tell',
    ].map((line) => `${admin} ${line}`),
  );
});

import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { startSignalbox as start } from '../../src/bootstrap.ts';
import { ApiClient } from '../support/api-client.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { startSmtpServer } from '../support/smtp-server.ts';
import { startVergeos } from '../support/vergeos-system.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const root = join(import.meta.dirname, '../..');
const token = 'test-admin-token-0123456789';

/** A Signalbox on one of the examples, word for word; only what comes from the environment is ours. */
async function startExample(name: string, env: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  const running = await start({
    file: join(root, 'config/examples', `${name}.yaml`),
    overrides: { server: { port: 0 }, data: join(folder.path, 'data'), log: { level: 'silent' } },
    env: { SIGNALBOX_ADMIN_TOKEN: token, ...env },
  });
  return {
    url: running.url,
    api: new ApiClient(running.url, token),
    async [Symbol.asyncDispose]() {
      await running.stop();
      folder[Symbol.dispose]();
    },
  };
}

const bodies = ({ deliveries }: Receiver): readonly unknown[] =>
  deliveries.map(({ body }) => JSON.parse(body) as unknown);

it('cmdb-to-inventory: the inventory hears of every change, the audit trail of deletions', async () => {
  await using inventory = await startReceiver();
  await using audit = await startReceiver();
  await using app = await startExample('cmdb-to-inventory', {
    INVENTORY_URL: inventory.url,
    AUDIT_URL: audit.url,
  });
  // The object that the file declares.
  await inventory.got(1);
  expect(bodies(inventory)[0]).toMatchObject({
    object_after: { serial: 'A-17', rack: 'r7' },
  });
  const path = '/api/objects/cmdb/srv-2';
  await app.api.put(path, { settings: { serial: 'B-04', rack: 'r7' } });
  await inventory.got(2);
  await app.api.put(path, { settings: { serial: 'B-04', rack: 'r8' } });
  await inventory.got(3);
  await app.api.request('DELETE', path);
  await inventory.got(4);
  await audit.got(1);
  const [, created, updated, deleted] = bodies(inventory);
  expect(created).toMatchObject({ object_after: { rack: 'r7' } });
  expect(updated).toMatchObject({ object_before: { rack: 'r7' }, object_after: { rack: 'r8' } });
  expect(deleted).toMatchObject({ object_before: { rack: 'r8' } });
  expect(bodies(audit)).toEqual([deleted]);
});

it('api-calls-to-billing: a call through the gateway and a reported one, but no failed one', async () => {
  await using crm = await startReceiver({
    respond: ({ body }) =>
      body.includes('bad')
        ? { status: 422, body: '{}' }
        : { status: 201, headers: { 'content-type': 'application/json' }, body: '{"id":7}' },
  });
  await using billing = await startReceiver();
  await using app = await startExample('api-calls-to-billing', {
    ...{ CRM_URL: crm.url, BILLING_URL: billing.url, BILLING_SECRET: 'secret-1' },
  });
  const call = (name: string) =>
    fetch(`${app.url}/gateway/api/v01/customers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    });
  expect((await call('bad')).status).toBe(422);
  const answer = await call('good');
  expect([answer.status, await answer.json()]).toEqual([201, { id: 7 }]);
  await billing.got(1);
  const reported = {
    request: { method: 'PUT', url: '/api/v1/invoices/17/paid', body: { by: 'card' } },
    response: { status: 200, body: {} },
  };
  await app.api.emit({ type: 'route.completed', data: reported });
  await billing.got(2);
  expect(bodies(billing)).toEqual([
    {
      event: { id: 1, label: 'Customer created' },
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      request: { tag: 'crm', method: 'post', url: '/api/v01/customers', body: { name: 'good' } },
      response: { status: 201, body: { id: 7 } },
      secret: 'secret-1',
    },
    {
      event: { id: 2, label: 'Invoice paid' },
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      request: { tag: 'erp', method: 'put', url: '/api/v1/invoices/17/paid', body: { by: 'card' } },
      response: { status: 200, body: {} },
      secret: 'secret-1',
    },
  ]);
});

it('alertmanager-to-ticket: a critical alert opens a ticket once, and closes it', async () => {
  await using tickets = await startReceiver();
  await using app = await startExample('alertmanager-to-ticket', {
    TICKETS_URL: tickets.url,
    ALERTMANAGER_TOKEN: 'the-token-of-the-alertmanager',
  });
  const alert = (status: string, severity: string) => ({
    ...{ status, startsAt: '2026-01-01T10:00:00Z', fingerprint: `f-${severity}` },
    endsAt: status === 'resolved' ? '2026-01-01T11:00:00Z' : '0001-01-01T00:00:00Z',
    labels: { alertname: 'DiskFull', severity },
    annotations: { summary: 'The disk is full' },
    generatorURL: 'http://prometheus/graph',
  });
  const post = async (...alerts: readonly object[]): Promise<number> => {
    const { status } = await fetch(`${app.url}/api/ingest/prometheus`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer the-token-of-the-alertmanager',
      },
      body: JSON.stringify({
        ...{ version: '4', groupKey: '{}', status: 'firing', receiver: 'signalbox', alerts },
        ...{ groupLabels: {}, commonLabels: {}, commonAnnotations: {}, externalURL: '' },
      }),
    });
    return status;
  };
  expect(await post(alert('firing', 'critical'), alert('firing', 'warning'))).toBe(202);
  expect(await post(alert('firing', 'critical'))).toBe(202);
  await tickets.got(1);
  expect(await post(alert('resolved', 'critical'))).toBe(202);
  await tickets.got(2);
  const [opened, closed] = bodies(tickets) as { root: { result: Record<string, unknown> } }[];
  expect(opened!.root.result).toMatchObject({
    ...{ action: 'open', summary: 'The disk is full' },
    fields: { priority: 'critical', labels: { alertname: 'DiskFull' } },
  });
  expect(closed!.root.result).toEqual({ action: 'close', correlation: opened!.root.result['correlation'] });
  expect(tickets.deliveries).toHaveLength(2);
});

it('sync-error-slack-and-email: Slack and the mailbox hear of one error, at once and for every tagged sync', async () => {
  await using slack = await startReceiver();
  await using smtp = await startSmtpServer();
  await using app = await startExample('sync-error-slack-and-email', {
    ...{ SLACK_URL: slack.url, SLACK_TOKEN: 'xoxb-1' },
    ...{ SMTP_HOST: '127.0.0.1', SMTP_PORT: String(smtp.port), SMTP_TLS: 'none' },
  });
  const fail = (object: string) =>
    app.api.publish({ type: 'sync.error', object, data: { message: 'connection lost' } });
  expect(await fail('offsite')).toMatchObject({ runs: 2 });
  expect(await fail('not-watched')).toMatchObject({ runs: 0 });
  const [delivery] = await slack.got(1);
  expect(delivery!.headers.authorization).toBe('Bearer xoxb-1');
  expect(JSON.parse(delivery!.body)).toEqual({
    text: expect.stringMatching(/^Sync Error Alert: Offsite copy failed at \w{3}, \d\d \w{3} \d{4} /),
  });
  await waitFor(
    () => smtp.mails.length === 1,
    () => 'a mail',
  );
  expect(smtp.mails[0]).toMatchObject({ to: ['operators@example.com'] });
  expect(smtp.mails[0]!.raw).toContain('Subject: Sync error: Offsite copy\r\n');
  expect(smtp.mails[0]!.raw).toContain('connection lost');
});

it('gpu-vms-on-login: the machines that bear the tag go on with the login and off with the logout, and no others', async () => {
  const machine = (name: string, running: boolean) => ({ name, running });
  const vms = { 41: machine('gpu-01', false), 42: machine('gpu-02', true), 43: machine('mail', true) };
  await using vergeos = await startVergeos({ apiKey: 'the-api-key', vms });
  await using app = await startExample('gpu-vms-on-login', {
    VERGEOS_URL: vergeos.url,
    VERGEOS_API_KEY: 'the-api-key',
  });
  const running = () => Object.values(vergeos.vms).map((vm) => vm.running);
  const login = await app.api.publish({ type: 'user.login', object: 'jthompson' });
  expect(login).toMatchObject({ runs: 2 });
  expect(await app.api.runsOf(login.id)).toMatchObject([
    { target: 'vm/gpu-01', state: 'succeeded' },
    { target: 'vm/gpu-02', state: 'succeeded' },
  ]);
  expect(running()).toEqual([true, true, true]);
  expect(await app.api.publish({ type: 'user.login', object: 'somebody' })).toMatchObject({ runs: 0 });
});

import { expect, it, jest } from '@jest/globals';
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { alertmanagerProgram, startAlertmanager, type Alertmanager } from '../support/alertmanager.ts';
import { ApiClient } from '../support/api-client.ts';
import { startServer } from '../support/command.ts';
import { startReceiver } from '../support/receiver.ts';
import { freePort } from '../support/servers.ts';
import { startSignalbox, type TestConfig, type TestSignalbox } from '../support/signalbox.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const token = 'token-of-the-alertmanager';
const adminToken = 'test-admin-token-0123456789';
const password = 'password-of-the-alertmanager';

/** As it stands in the README, for the one endpoint. */
const config = (auth: object = { type: 'bearer', token }): TestConfig => ({
  plugins: ['alarm', 'alertmanager', 'webhook'],
  objects: { 'alertmanager/prod': { settings: { auth } } },
});

const diskFull = {
  labels: { alertname: 'DiskFull', instance: 'node-3:9100', severity: 'critical' },
  annotations: { summary: 'Disk of node-3 is full' },
  generatorURL: 'http://prometheus.example.com/graph',
};

interface Alarm {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

async function alarms({ api }: Pick<TestSignalbox, 'api'>): Promise<readonly Alarm[]> {
  const { body } = await api.get<{ items: readonly Alarm[] }>('/api/events?limit=100');
  return body.items.filter(({ type }) => type.startsWith('alarm.')).reverse();
}

function alarmsOf(app: Pick<TestSignalbox, 'api'>, count: number): Promise<readonly Alarm[]> {
  return waitFor(
    async () => {
      const found = await alarms(app);
      return found.length >= count && found;
    },
    () => `${String(count)} alarms`,
  );
}

const bearer = { authorization: { credentials: token } };

function alertmanagerFor(url: string, http: object = bearer): Promise<Alertmanager> {
  return startAlertmanager(alertmanagerProgram!, { url: `${url}/api/ingest/prod`, http_config: http });
}

/** It waits a while between two attempts. */
jest.setTimeout(60_000);

const realIt = alertmanagerProgram === undefined ? it.skip : it;
const needs = alertmanagerProgram === undefined ? ' (skipped: install prometheus-alertmanager)' : '';

realIt(`a real Alertmanager raises an alarm once, and lowers it when it is resolved${needs}`, async () => {
  await using receiver = await startReceiver();
  const { objects, ...rest } = config() as { objects: object };
  await using app = await startSignalbox({
    config: {
      ...rest,
      objects: { ...objects, 'webhook/ops': { settings: { url: receiver.url } } },
      tasks: {
        tell: {
          action: 'webhook.send',
          target: { object: 'ops' },
          settings: { message: { text: '${event.data.level}: ${event.data.message}' } },
        },
      },
      triggers: { critical: { event: 'alarm.raised', filter: { 'data.level': 'critical' }, task: 'tell' } },
    },
  });
  await using alertmanager = await alertmanagerFor(app.url);
  await alertmanager.post(diskFull);
  const [raised] = await alarmsOf(app, 1);
  expect(raised).toMatchObject({
    type: 'alarm.raised',
    source: 'signalbox/alertmanager/prod',
    data: {
      level: 'critical',
      message: 'Disk of node-3 is full',
      type: 'DiskFull',
      alarm: expect.stringMatching(/^[0-9a-f]{16}$/),
      labels: diskFull.labels,
      generatorURL: diskFull.generatorURL,
      receiver: 'signalbox',
    },
  });
  // It tells of it again and again, and it is a repeat each time.
  await waitFor(
    async () => (await alertmanager.sent()).requests >= 3,
    () => 'three notifications',
  );
  await alertmanager.post({ ...diskFull, endsAt: new Date().toISOString() });
  const all = await alarmsOf(app, 2);
  expect(all.map(({ type }) => type)).toEqual(['alarm.raised', 'alarm.lowered']);
  expect(all[1]?.data['alarm']).toBe(raised?.data['alarm']);
  expect((await alertmanager.sent()).failed).toBe(0);
  await receiver.got(1);
  expect(receiver.deliveries.map(({ body }) => body)).toEqual([
    '{"text":"critical: Disk of node-3 is full"}',
  ]);
});

realIt(`a real Alertmanager tries again while the storage cannot be written${needs}`, async () => {
  using folder = temporaryFolder();
  const file = folder.write('signalbox.yaml', JSON.stringify(config()));
  const data = join(folder.path, 'data');
  // In a process of its own, which waits for the database without doing anything else.
  const env = { SIGNALBOX_ADMIN_TOKEN: adminToken };
  await using server = await startServer(['--config', file, '--data', data], { env });
  const api = new ApiClient(server.url, adminToken);
  await using alertmanager = await alertmanagerFor(server.url);
  const database = new Database(join(data, 'signalbox.db'));
  try {
    // Somebody else writes and does not end.
    database.exec('begin immediate');
    await alertmanager.post(diskFull);
    await waitFor(
      async () => (await alertmanager.sent()).failed >= 1,
      () => 'a notification that fails',
    );
    expect(await alarms({ api })).toEqual([]);
    database.exec('rollback');
    expect(await alarmsOf({ api }, 1)).toMatchObject([{ type: 'alarm.raised' }]);
  } finally {
    database.close();
  }
});

realIt(
  `a real Alertmanager tries again while Signalbox is not there, here with basic authentication${needs}`,
  async () => {
    using data = temporaryFolder();
    const port = await freePort();
    const settings = config({ type: 'basic', user: 'prometheus', password });
    const basic_auth = { username: 'prometheus', password };
    await using alertmanager = await alertmanagerFor(`http://127.0.0.1:${String(port)}`, { basic_auth });
    await alertmanager.post(diskFull);
    await waitFor(
      async () => (await alertmanager.sent()).failed >= 1,
      () => 'a notification that fails',
    );
    {
      await using app = await startSignalbox({ config: settings, data: data.path, port });
      expect(await alarmsOf(app, 1)).toMatchObject([{ type: 'alarm.raised' }]);
    }
    // It is resolved while Signalbox is away again; what repeats meanwhile is still known afterwards.
    await alertmanager.post({ ...diskFull, endsAt: new Date().toISOString() });
    await using app = await startSignalbox({ config: settings, data: data.path, port });
    const types = (await alarmsOf(app, 2)).map(({ type }) => type);
    expect(types).toEqual(['alarm.raised', 'alarm.lowered']);
  },
);

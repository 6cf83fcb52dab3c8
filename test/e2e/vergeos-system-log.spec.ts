import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import type { ApiClient } from '../support/api-client.ts';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox } from '../support/signalbox.ts';
import { waitFor } from '../support/wait-for.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const powerStrip = join(import.meta.dirname, '../fixtures/plugins/power-strip/index.ts');

interface LogEntry {
  readonly id: string;
  readonly type: string;
  readonly depth: number;
  readonly causedBy?: string;
  readonly stopped?: true;
  readonly data: Readonly<Record<string, unknown>>;
}

async function entries(api: ApiClient, type: string, event = 'system.log'): Promise<readonly LogEntry[]> {
  const { body } = await api.get<{ items: readonly LogEntry[] }>(`/api/events?type=${event}&limit=500`);
  return body.items.filter(({ data }) => data['type'] === type).toReversed();
}

/** Waits until the log has so many entries of a type. */
async function logged(api: ApiClient, type: string, count = 1): Promise<readonly LogEntry[]> {
  return waitFor(
    async () => {
      const found = await entries(api, type);
      return found.length >= count && found;
    },
    () => `${String(count)} log entries about a ${type}`,
  );
}

const plugins = ['vm', 'system', 'webhook'];

it('tells that it has started, at each start', async () => {
  using folder = temporaryFolder();
  for (const starts of [1, 2]) {
    await using app = await startSignalbox({ config: { plugins }, data: folder.path });
    await waitFor(
      async () => {
        const { body } = await app.api.get<{ items: readonly unknown[] }>('/api/events?type=system.startup');
        return body.items.length === starts;
      },
      () => `${String(starts)} startups`,
    );
  }
});

it('tells of tasks that are created, changed and deleted', async () => {
  await using app = await startSignalbox({ config: { plugins } });
  await app.api.put('/api/objects/webhook/ops', { settings: { url: 'http://127.0.0.1:9/' } });
  const task = { action: 'webhook.send', target: { object: 'ops' } };
  await app.api.put('/api/tasks/tell', task);
  await app.api.put('/api/tasks/tell', { ...task, enabled: false });
  await app.api.request('DELETE', '/api/tasks/tell');
  const told = await logged(app.api, 'task', 3);
  expect(told.map(({ data }) => data)).toMatchObject(
    ['created', 'updated', 'removed'].map((change) => ({ task: 'tell', change, level: 'message' })),
  );
});

it('tells that a webhook was disabled, and of the event that led to it', async () => {
  await using receiver = await startReceiver({ respond: () => ({ status: 410 }) });
  await using app = await startSignalbox({ config: { plugins } });
  await app.api.put('/api/objects/webhook/ops', { settings: { url: receiver.url } });
  await app.api.put('/api/tasks/tell', { action: 'webhook.send', target: { object: 'ops' } });
  await app.api.put('/api/triggers/tell', { event: 'vm.error', task: 'tell' });
  const id = await app.api.emit({ type: 'vm.error', object: 'm' });
  const [told] = await logged(app.api, 'object');
  expect(told).toMatchObject({
    ...{ causedBy: id, depth: 1 },
    data: {
      object: 'webhook/ops',
      change: 'disabled',
      level: 'warning',
      reason: expect.stringContaining('410'),
    },
  });
});

it('tells that a plugin is down, and that it is up again', async () => {
  using folder = temporaryFolder();
  const unplugged = folder.write('unplugged', '');
  const strip = { use: powerStrip, settings: { unpluggedWhile: unplugged } };
  await using app = await startSignalbox({ config: { plugins: [...plugins, strip] } });
  const [down] = await logged(app.api, 'plugin');
  expect(down).toMatchObject({ data: { plugin: 'power-strip', state: 'down', level: 'error' } });
  rmSync(unplugged);
  const told = await logged(app.api, 'plugin', 2);
  expect(told.at(-1)).toMatchObject({ data: { plugin: 'power-strip', state: 'up', level: 'message' } });
});

it('a task on system.log that fails cannot set itself off without end', async () => {
  await using receiver = await startReceiver({ respond: () => ({ status: 400 }) });
  await using app = await startSignalbox({ config: { plugins } });
  await app.api.put('/api/objects/webhook/ops', { settings: { url: receiver.url } });
  await app.api.put('/api/tasks/tell', { action: 'webhook.send', target: { object: 'ops' } });
  await app.api.put('/api/triggers/tell', { event: 'system.log', task: 'tell' });
  await app.api.emit({ type: 'system.log', data: { type: 'begin', level: 'message', message: 'm' } });
  // Each failure is told of, which fails again: nine times, then the chain has had its eight causes.
  const failures = await logged(app.api, 'run', 9);
  expect(failures.map(({ depth }) => depth)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(failures.at(-1)).toMatchObject({ stopped: true });
  const [end] = await logged(app.api, 'chain');
  expect(end).toMatchObject({ causedBy: failures.at(-1)!.id, stopped: true, data: { depth: 9 } });
  expect((await app.api.get(`/api/events/${failures.at(-1)!.id}`)).body).toMatchObject({ runs: [] });
  expect(await app.api.runs()).toHaveLength(receiver.deliveries.length);
});

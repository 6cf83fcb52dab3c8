import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { startServer } from '../contract/server-process.ts';
import type { ApiClient } from '../support/api-client.ts';
import { auditLog } from '../support/audit-log.ts';
import { startReceiver } from '../support/receiver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const powerCut = join(import.meta.dirname, '../fixtures/plugins/power-cut/index.ts');

interface LogEntry {
  readonly sourceId: string;
  readonly time: string;
  readonly causedBy?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

async function told(api: ApiClient): Promise<readonly LogEntry[]> {
  const { body } = await api.get<{ items: readonly LogEntry[] }>('/api/events?type=system.log&limit=500');
  return body.items.filter(({ data }) => data['type'] !== 'run');
}

/** A receiver that wants nothing more, and a server that is killed between a change and what is told of it. */
async function wire(folder: ReturnType<typeof temporaryFolder>) {
  const receiver = await startReceiver({ respond: () => ({ status: 410 }) });
  const cut = folder.write('cut', '');
  const config = {
    plugins: ['vm', 'webhook', { use: powerCut, settings: { atChangeWhile: cut } }, 'system'],
    egress: { allow: ['127.0.0.0/8'] },
    objects: { 'webhook/ops': { settings: { url: receiver.url } } },
    tasks: { tell: { action: 'webhook.send', target: { object: 'ops' } } },
    triggers: { tell: { event: 'vm.error', task: 'tell' } },
  };
  return { receiver, cut, config };
}

it.each([
  {
    what: 'a task that was changed',
    change: (api: ApiClient) => api.request('PATCH', '/api/tasks/tell', { name: 'Tell' }),
    entry: '&kind=task&action=updated',
    data: { type: 'task', task: 'tell', change: 'updated', by: 'token/SIGNALBOX_ADMIN_TOKEN' },
  },
  {
    what: 'a webhook that was switched off',
    change: (api: ApiClient) => api.request('POST', '/api/events', { type: 'vm.error', object: 'm' }),
    entry: '&action=disabled',
    data: { type: 'object', object: 'webhook/ops', change: 'disabled', level: 'warning' },
  },
])('a kill between the change and the notice of it loses nothing: $what', async ({ change, entry, data }) => {
  using folder = temporaryFolder();
  const { receiver, cut, config } = await wire(folder);
  await using _ = receiver;
  {
    await using server = await startServer(config, folder.path);
    await change(server.api).catch(() => undefined);
    expect(await server.exited).toEqual([null, 'SIGKILL']);
  }
  rmSync(cut);
  // What the configuration says was put back at the start, which must not be told of.
  const settled = { ...config, objects: {}, tasks: {}, triggers: {} };
  for (let starts = 0; starts < 2; starts++) {
    await using server = await startServer(settled, folder.path);
    const [stored] = await auditLog(server.api, entry);
    const [first, ...more] = await waitFor(
      async () => {
        const found = await told(server.api);
        return found.length > 0 && found;
      },
      () => 'the change to be told of',
    );
    expect(first).toMatchObject({ sourceId: stored!.id, time: stored!.time, data });
    expect(first!.causedBy).toBe(stored!.causedBy);
    expect(more).toEqual([]);
  }
});

it('what happened long before a start is not told of', async () => {
  using folder = temporaryFolder();
  const { receiver, cut, config } = await wire(folder);
  await using _ = receiver;
  rmSync(cut);
  {
    await using server = await startServer(config, folder.path);
    await server.api.put('/api/tags/a/b', {});
  }
  const { openStore } = await import('../../src/persistence/store.ts');
  const store = await openStore({ url: 'sqlite:', dataDir: join(folder.path, 'data') });
  const mark = await store.audit.told();
  expect(mark).toBeDefined();
  const twoDaysAgo = Date.now() - 2 * 24 * 3_600_000;
  const entry = { actor: { kind: 'signalbox' }, action: 'removed', kind: 'task' } as const;
  const after = (n: number): string => mark!.slice(0, -2) + `f${String(n)}`;
  await store.audit.append([
    { id: after(1), time: twoDaysAgo, ...entry, resource: 'old' },
    { id: after(2), time: Date.now(), ...entry, resource: 'new' },
  ]);
  await store.close();
  await using server = await startServer(config, folder.path);
  const entries = await waitFor(
    async () => {
      const found = await told(server.api);
      return found.length > 0 && found;
    },
    () => 'the newer change to be told of',
  );
  expect(entries.map(({ data }) => data['task'])).toEqual(['new']);
});

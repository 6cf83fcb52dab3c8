import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { waitFor } from '../support/wait-for.ts';
import { built, root, temporaryFolder } from './node-process.ts';

const token = 'test-admin-token-0123456789';
const fixtures = join(root, 'test/fixtures/plugins');

/** Plugins that fail, and the reason that must be shown. */
const failing = {
  'crashes-at-start': 'no serial port',
  'crashes-later': 'serial port lost',
  'misfit-data': 'data.bar: must be a number',
  'rejects-in-background': 'nobody awaits this',
  'throws-in-timer': 'nobody catches this',
};

interface Server extends AsyncDisposable {
  readonly url: string;
  readonly exited: Promise<unknown[]>;
}

/** A whole Signalbox in a process of its own. */
async function startServer(plugins: readonly unknown[], folder: string): Promise<Server> {
  const config = join(folder, 'signalbox.yaml');
  writeFileSync(
    config,
    stringify({ server: { port: 0 }, data: './data', log: { level: 'silent' }, plugins }),
  );
  const script = `import { serve } from ${JSON.stringify(built('src/serve.js'))}; await serve({ config: ${JSON.stringify(config)} });`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, SIGNALBOX_ADMIN_TOKEN: token },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const url = Promise.withResolvers<string>();
  createInterface(child.stdout).on('line', (line) => {
    const [, found] = /listens on (\S+)/.exec(line) ?? [];
    if (found !== undefined) url.resolve(found);
  });
  void exited.then(([code]) => {
    url.reject(new Error(`Signalbox has exited with ${String(code)}`));
  });
  return {
    url: await url.promise,
    exited,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

interface Status {
  readonly name: string;
  readonly state: string;
  readonly reason?: string;
  readonly restarts: number;
}

async function statuses(server: Server): Promise<ReadonlyMap<string, Status>> {
  return new Map((await items<Status>(server, '/api/plugins')).map((status) => [status.name, status]));
}

async function items<T>(server: Server, path: string): Promise<readonly T[]> {
  const response = await fetch(new URL(path, server.url), { headers: { authorization: `Bearer ${token}` } });
  return ((await response.json()) as { items: readonly T[] }).items;
}

it('marks plugins down that fail in any way, with the reason, while everything else goes on', async () => {
  using folder = temporaryFolder();
  await using server = await startServer(
    [
      'vm',
      { use: join(fixtures, 'heartbeat'), settings: { everyMs: 20 } },
      ...Object.keys(failing).map((name) => join(fixtures, 'bad', name)),
      join(fixtures, 'bad/hangs-at-start'),
    ],
    folder.path,
  );
  for (const [name, reason] of Object.entries(failing)) {
    const failed = await waitFor(
      async () => (await statuses(server)).get(name)?.reason,
      () => `${name} to fail`,
    );
    expect(failed).toContain(reason);
    await waitFor(
      async () => ((await statuses(server)).get(name)?.restarts ?? 0) > 0,
      () => `${name} to be started again`,
    );
  }
  const states = await statuses(server);
  expect(states.get('hangs-at-start')?.state).toBe('starting');
  expect(states.get('vm')?.state).toBe('up');
  expect(states.get('heartbeat')).toMatchObject({ state: 'up', restarts: 0 });

  const [last] = await items<{ id: string }>(server, '/api/events?type=heartbeat.ticked&limit=1');
  await waitFor(
    async () =>
      (await items<{ id: string }>(server, '/api/events?type=heartbeat.ticked&limit=1'))[0]?.id !== last?.id,
    () => 'the heart to beat on',
  );
});

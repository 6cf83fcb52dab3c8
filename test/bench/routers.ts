import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';

/** A router under test, in a process of its own. */
export interface Router extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  readonly token: string;
  /** Resolves once so many runs have their outcome on disk. */
  settled(count: number): Promise<void>;
}

const root = new URL('../../', import.meta.url).pathname;
const token = 'bench-token-bench-token-bench';

export async function startReference(receiverUrl: string): Promise<Router> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-bench-'));
  const port = await freePort();
  const database = join(folder, 'reference.db');
  const args = [join(root, 'test/bench/reference.ts'), String(port), database, receiverUrl, token];
  return router({
    folder,
    port,
    database,
    child: spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }),
  });
}

export async function startSignalbox(receiverUrl: string, triggers: number): Promise<Router> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-bench-'));
  const port = await freePort();
  const config = join(folder, 'signalbox.yaml');
  writeFileSync(config, configuration(receiverUrl, triggers));
  const args = [
    join(root, 'dist/src/main.js'),
    'start',
    '--config',
    config,
    '--data',
    folder,
    '--port',
    String(port),
  ];
  const env = { ...process.env, SIGNALBOX_ADMIN_TOKEN: token, SIGNALBOX_LOG_LEVEL: 'warn' };
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'], env });
  return router({ folder, port, database: join(folder, 'signalbox.db'), child });
}

/** One trigger that matches, with a templated message, and all the others on other objects of the same event. */
function configuration(receiverUrl: string, triggers: number): string {
  const others = Array.from(
    { length: triggers - 1 },
    (_, i) => `  other-${String(i)}: { event: vm.power_on, object: vm-${String(i)}, task: tell }`,
  );
  return `
plugins: [vm, webhook]
egress: { allow: [127.0.0.1/32] }
objects:
  vm/gpu-01: { name: GPU 01 }
  webhook/receiver: { settings: { url: "${receiverUrl}", concurrency: 64 } }
tasks:
  tell:
    action: webhook.send
    target: { object: receiver }
    settings: { message: { text: "\${NAME} is on at \${DATE}", n: "\${event.data.n}", sent: "\${event.data.sent}" } }
triggers:
  matching: { event: vm.power_on, object: gpu-01, task: tell }
${others.join('\n')}
`;
}

async function router(options: {
  readonly folder: string;
  readonly port: number;
  readonly database: string;
  readonly child: ChildProcess;
}): Promise<Router> {
  const { folder, port, database, child } = options;
  await ready(child, port);
  return {
    pid: child.pid ?? 0,
    port,
    token,
    settled: (count) => settled(database, count),
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ready(child: ChildProcess, port: number): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the router ended with ${String(child.exitCode)}`);
    try {
      const response = await fetch(`http://127.0.0.1:${String(port)}/health/ready`);
      if (response.ok) return;
    } catch {
      // Not listening yet.
    }
    await sleep(20);
  }
  throw new Error('the router is not ready after 30 s');
}

async function settled(database: string, count: number): Promise<void> {
  const db = new Database(database, { readonly: true });
  try {
    const done = db.prepare<[], { n: number }>("SELECT count(*) AS n FROM run WHERE state = 'succeeded'");
    while ((done.get()?.n ?? 0) < count) await sleep(20);
  } finally {
    db.close();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

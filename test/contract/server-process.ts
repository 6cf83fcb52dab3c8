import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stringify } from 'yaml';
import { ApiClient } from '../support/api-client.ts';
import { built } from './node-process.ts';

const token = 'test-admin-token-0123456789';

export interface Server extends AsyncDisposable {
  readonly api: ApiClient;
  /** What it has printed, line by line. */
  readonly lines: readonly string[];
  /** Resolves when it has exited. */
  readonly exited: Promise<unknown>;
}

/** A whole Signalbox in a process of its own, which errors that escape can end. `config` may change the silent log. */
export async function startServer(config: object, folder: string): Promise<Server> {
  const file = join(folder, 'signalbox.yaml');
  writeFileSync(
    file,
    stringify({ server: { port: 0 }, data: './data', log: { level: 'silent' }, ...config }),
  );
  const script = `import { serve } from ${JSON.stringify(built('src/serve.js'))}; await serve({ config: ${JSON.stringify(file)} });`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, JEST_WORKER_ID: undefined, SIGNALBOX_ADMIN_TOKEN: token },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  const url = Promise.withResolvers<string>();
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line);
    const [, found] = /listens on (\S+)/.exec(line) ?? [];
    if (found !== undefined) url.resolve(found);
  });
  void exited.then(([code]) => {
    url.reject(new Error(`Signalbox has exited with ${String(code)}`));
  });
  return {
    api: new ApiClient(await url.promise, token),
    lines,
    exited,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

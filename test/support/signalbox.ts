import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { startSignalbox as start, type RunningSignalbox } from '../../src/bootstrap.ts';
import type { Clock } from '../../src/sdk/index.ts';
import { ApiClient } from './api-client.ts';

/** Parts of the configuration file. Loopback may be reached and any port is listened on, unless it says otherwise. */
export type TestConfig = Readonly<Record<string, unknown>>;

export interface TestOptions {
  readonly config?: TestConfig;
  readonly env?: Readonly<Record<string, string>>;
  /** To start again on the data of an earlier one. Default: a new folder, removed in the end. */
  readonly data?: string;
  /** Default: that of the machine. */
  readonly clock?: Clock;
  /** Default: any free one. */
  readonly port?: number;
}

/** A whole Signalbox in this process, on a data folder of its own. */
export interface TestSignalbox extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  readonly data: string;
  readonly api: ApiClient;
  readonly running: RunningSignalbox;
}

const token = 'test-admin-token-0123456789';

export async function startSignalbox({
  config = {},
  env = {},
  data,
  port = 0,
  clock,
}: TestOptions = {}): Promise<TestSignalbox> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-test-'));
  const file = join(folder, 'signalbox.yaml');
  writeFileSync(
    file,
    stringify({
      plugins: ['vm', 'webhook'],
      log: { level: 'silent' },
      egress: { allow: ['127.0.0.0/8'] },
      ...config,
    }),
  );
  const options = {
    file,
    overrides: { server: { port }, data: data ?? join(folder, 'data') },
    env: { SIGNALBOX_ADMIN_TOKEN: token, ...env },
  };
  const running = await start(options, { clock }).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  return {
    url: running.url,
    token,
    data: data ?? join(folder, 'data'),
    api: new ApiClient(running.url, token),
    running,
    async [Symbol.asyncDispose]() {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

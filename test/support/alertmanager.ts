import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { freePort } from './servers.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { waitFor } from './wait-for.ts';

const names = ['prometheus-alertmanager', 'alertmanager'];
const folders = [
  ...(process.env['PATH'] ?? '').split(delimiter),
  '/usr/bin',
  '/usr/local/bin',
  '/opt/alertmanager',
];

/** The Prometheus Alertmanager of this machine, if it has one: Debian's package `prometheus-alertmanager`, say. */
export const alertmanagerProgram = folders
  .filter((folder) => folder !== '')
  .flatMap((folder) => names.map((name) => join(folder, name)))
  .find(isExecutable);

/** A real Alertmanager that tells one webhook of each alert, at once and each time again after two seconds. */
export interface Alertmanager extends AsyncDisposable {
  /** Posts an alert, as Prometheus does. */
  post(alert: object): Promise<void>;
  /** Of its own metrics: requests to the webhook so far, and those that failed. */
  sent(): Promise<{ readonly requests: number; readonly failed: number }>;
}

export async function startAlertmanager(program: string, webhook: object): Promise<Alertmanager> {
  const folder = temporaryFolder();
  const config = folder.write(
    'alertmanager.yml',
    JSON.stringify({
      route: {
        receiver: 'signalbox',
        group_by: ['...'],
        ...{ group_wait: '0s', group_interval: '1s', repeat_interval: '2s' },
      },
      receivers: [{ name: 'signalbox', webhook_configs: [webhook] }],
    }),
  );
  const url = `http://127.0.0.1:${String(await freePort())}`;
  const args = [
    `--config.file=${config}`,
    `--storage.path=${folder.path}/data`,
    `--web.listen-address=${new URL(url).host}`,
    // By itself: no gossip with others.
    '--cluster.listen-address=',
  ];
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ended = once(child, 'close');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    folder[Symbol.dispose]();
  };
  try {
    await waitFor(
      () =>
        fetch(`${url}/-/ready`).then(
          ({ ok }) => ok,
          () => false,
        ),
      () => `Alertmanager to be ready:\n${log}`,
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    async post(alert) {
      const response = await fetch(`${url}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([alert]),
      });
      if (!response.ok) throw new Error(`Alertmanager does not take the alert: ${await response.text()}`);
    },
    async sent() {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      const count = (name: string): number =>
        Number(
          new RegExp(`^alertmanager_${name}\\{integration="webhook".*\\} (.+)$`, 'm').exec(metrics)?.[1] ?? 0,
        );
      return {
        requests: count('notification_requests_total'),
        failed: count('notification_requests_failed_total'),
      };
    },
    [Symbol.asyncDispose]: stop,
  };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

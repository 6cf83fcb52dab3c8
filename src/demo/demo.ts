import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSignalbox, type RunningSignalbox } from '../bootstrap.ts';
import { CliError } from '../cli/cli-error.ts';
import type { DemoOptions } from '../cli/demo-command.ts';
import { processTerminal, type Channel } from '../cli/terminal.ts';
import { stopSignal } from '../stop-signal.ts';
import { demoConfig } from './demo-config.ts';
import { refusals, startReceiver } from './demo-receiver.ts';
import { LiveView } from './live-view.ts';

/** `signalbox demo`: the main job on a throw-away Signalbox, shown as it happens. */
export async function demo({ once: endsByItself = false, port }: DemoOptions): Promise<void> {
  const { out } = processTerminal();
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-demo-'));
  const receiver = await startReceiver();
  const token = `demo_${randomBytes(18).toString('base64url')}`;
  const file = join(folder, 'signalbox.yaml');
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(demoConfig(receiver.url), null, 2));
  const running = await startSignalbox({
    file,
    env: { SIGNALBOX_ADMIN_TOKEN: token },
    overrides: { data: join(folder, 'data'), server: { port: port ?? (await freePort(4280)) } },
  });
  try {
    introduce(out, { running, receiverUrl: receiver.url, token });
    const view = new LiveView(out);
    view.watch(running.notices);
    await play(running.url, token);
    await ended(view);
    conclude(out, view);
    if (!endsByItself) {
      invite(out, { running, token });
      out.line('\nCtrl-C ends the demo and removes its data.');
      await stopSignal();
    }
  } finally {
    await running.stop();
    receiver.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Scene {
  readonly running: RunningSignalbox;
  readonly receiverUrl: string;
  readonly token: string;
}

function introduce(out: Channel, { running, receiverUrl }: Scene): void {
  out.line(out.paint('bold', 'Signalbox demo'));
  out.line(`  Signalbox  ${running.url}   (API under ${running.url}/api, data in ${running.data})`);
  out.line(
    `  receiver   ${receiverUrl}   (/hook takes every message, /unreliable takes each at the third try)`,
  );
  out.line('  wired      vm.power_on of any VM → task "Announce" → webhook/receiver');
  out.line(
    '             vm.power_on of a VM with the tag vms/gpu → task "Bill GPU time" → webhook/unreliable',
  );
  out.line('');
}

/** Posts real events over HTTP, as any other system would. */
async function play(url: string, token: string): Promise<void> {
  const events = [
    { type: 'vm.power_on', object: 'web-01', data: { host: 'node-1' } },
    { type: 'vm.power_on', object: 'gpu-01', data: { host: 'node-7' } },
    { type: 'vm.power_off', object: 'gpu-02' },
  ];
  for (const event of events) {
    const response = await fetch(`${url}/api/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(event),
    });
    if (response.status !== 202) throw new CliError(`an event was answered with ${String(response.status)}`);
    await sleep(300);
  }
}

async function ended(view: LiveView): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (view.runs.some(({ state }) => state === 'pending' || state === 'running')) {
    if (Date.now() > deadline) throw new CliError('the runs have not ended within 30 s');
    await sleep(20);
  }
}

/** Says what was shown, and fails when it was not what the demo is about. */
function conclude(out: Channel, view: LiveView): void {
  const { runs } = view;
  const succeeded = runs.filter(({ state }) => state === 'succeeded').length;
  const retried = runs.filter(({ attempts }) => attempts === refusals + 1).length;
  if (runs.length !== 3 || succeeded !== 3 || retried !== 1) {
    throw new CliError(
      `expected 3 runs to succeed, one of them at the third try; got ${String(succeeded)} and ${String(retried)}`,
    );
  }
  out.line('');
  out.line(
    out.paint(
      'green',
      `3 events, 3 runs, all succeeded; one was refused ${String(refusals)} times first. vm.power_off has no trigger: it is stored and fires nothing.`,
    ),
  );
}

function invite(out: Channel, { running, token }: Pick<Scene, 'running' | 'token'>): void {
  out.line('\nSend your own event:\n');
  out.line(
    `  curl -s ${running.url}/api/events -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json' -d '{"type": "vm.power_on", "object": "gpu-01", "data": {"host": "node-7"}}'`,
  );
  out.line('\nSee the task log:\n');
  out.line(`  curl -s ${running.url}/api/runs -H 'Authorization: Bearer ${token}'`);
  out.line(`  SIGNALBOX_URL=${running.url} SIGNALBOX_TOKEN=${token} npx signalbox runs`);
}

/** This port if nothing listens on it, or else any. */
async function freePort(wanted: number): Promise<number> {
  const probe = createServer();
  try {
    probe.listen(wanted, '127.0.0.1');
    await once(probe, 'listening');
    return wanted;
  } catch {
    return 0;
  } finally {
    probe.close();
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Load } from './load.ts';
import { summary } from './progress.ts';
import type { Rig } from './rig.ts';

/** Something that keeps Signalbox from storing, for a while. */
export interface Fault {
  readonly name: string;
  readonly ms: number;
  begin(): void | Promise<void>;
  end(): void | Promise<void>;
  /** As long as it lasts nothing can be stored: whoever says otherwise lies. */
  readonly total: boolean;
  readonly load?: Parameters<Rig['load']>[0];
}

/** How long after a fault everything has to be well again. */
const recoveryMs = 20_000;

/** A fault under load, on a server that runs: 503 while it lasts, and afterwards all is well without help. */
export async function sufferFault(rig: Rig, fault: Fault): Promise<string> {
  const { findings } = rig;
  const load = rig.load(fault.load);
  await sleep(800);
  await fault.begin();
  await beginsToRefuse(rig, { load, fault });
  const begun = performance.now();
  await sleep(fault.ms);
  await checkHealth(rig, fault);
  const ended = performance.now();
  await fault.end();
  if (!(await load.stores(recoveryMs)))
    findings.add(`${fault.name}: nothing is stored ${recoveryMs} ms after its end`);
  const wellAfter = performance.now() - ended;
  rig.checkAlive();
  if (!(await load.finish(60_000)))
    findings.add(`${fault.name}: ${rig.ledger.open} events are not taken afterwards`);
  // No restart and nothing new helps those along that were stored while nobody could be told of it.
  if (!(await rig.drained())) findings.add(`${fault.name}: runs wait without end`);
  const lies = load.exchanges.filter(
    ({ stored, sentAt, answeredAt }) => stored && sentAt > begun && answeredAt < ended,
  );
  if (fault.total && lies.length > 0)
    findings.add(`${fault.name}: ${lies.length} requests were accepted meanwhile`);
  return `${fault.name}: ${load.count(202)} × 202, ${load.count(503)} × 503, well after ${wellAfter.toFixed(0)} ms  ${summary(rig)}`;
}

async function beginsToRefuse(
  { findings }: Rig,
  { load, fault }: { load: Load; fault: Fault },
): Promise<void> {
  const before = load.count(503);
  for (let waited = 0; load.count(503) === before; waited += 20) {
    if (waited > 60_000) {
      findings.add(`${fault.name}: nothing was refused`);
      return;
    }
    await sleep(20);
  }
}

/** It lives, and says that it is not well. */
async function checkHealth({ api, findings }: Rig, { name, total }: Fault): Promise<void> {
  const { status: live } = await api.request('GET', '/health/live');
  if (live !== 200) findings.add(`${name}: /health/live answers ${live}`);
  const { status: ready } = await api.request('GET', '/health/ready');
  if (total && ready !== 503) findings.add(`${name}: /health/ready answers ${ready}`);
}

/** kill -9 while the fault lasts; the next start may fail, as long as it says why, and the one after the fault works. */
export async function dieDuringFault(
  rig: Rig,
  fault: Fault,
  { between }: { readonly between?: () => void } = {},
): Promise<{ readonly load: Load; readonly text: string }> {
  const load = rig.load(fault.load);
  await sleep(800);
  await fault.begin();
  await beginsToRefuse(rig, { load, fault });
  await sleep(rig.random.between(0, fault.ms));
  await rig.server.kill();
  await load.stop();
  between?.();
  const isUp = await startsInSpiteOf(rig, fault);
  await fault.end();
  if (isUp) await rig.server.kill();
  between?.();
  await rig.start();
  const text = `killed during ${fault.name}, which the next start ${isUp ? 'survived' : 'did not survive'}  ${summary(rig)}`;
  return { load, text };
}

async function startsInSpiteOf(rig: Rig, { name }: Fault): Promise<boolean> {
  const server = rig.spawn();
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    if (server.hasDied) {
      if (!server.epitaph.includes('STORAGE_UNAVAILABLE'))
        rig.findings.add(`${name}: the server ${server.epitaph}`);
      return false;
    }
    if (
      await rig.api.request('GET', '/health/live').then(
        () => true,
        () => false,
      )
    )
      return true;
    await sleep(20);
  }
  rig.findings.add(`${name}: the server neither starts nor ends`);
  return true;
}

/*
 * npm run bench — Signalbox end to end beside a bare reference, in turn, in one run, with the same load and the same
 * receiver: event in → one webhook out → outcome on disk, SQLite with synchronous=FULL.
 */
import { parseArgs } from 'node:util';
import { pace, flood } from './load.ts';
import { matchingFigures } from './matching.ts';
import { cpuSeconds, memory, percentile } from './process-figures.ts';
import { startReceiver } from './receiver.ts';
import { routeMatchingFigures } from './route-matching.ts';
import { startReference, startSignalbox, type Router } from './routers.ts';

const { values: options } = parseArgs({
  options: {
    events: { type: 'string', default: '30000' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '64' },
    triggers: { type: 'string', default: '10000' },
    json: { type: 'boolean', default: false },
  },
});
const events = Number(options.events);
const connections = Number(options.connections);

interface Figures {
  readonly eventsPerSecond: number;
  readonly cpuMicrosPerEvent: number;
  readonly floodP50: number;
  readonly floodP99: number;
  readonly pacedP50: number;
  readonly pacedP99: number;
  readonly idleMiB: number;
  readonly peakMiB: number;
  readonly readyMs: number;
}

type Start = (receiverUrl: string) => Promise<Router>;

/** Deliveries as they come in: latencies in ms from the sending of the event, and a promise for the last. */
class Ledger {
  latencies: number[] = [];
  #done: (() => void) | undefined;
  #expected = Infinity;

  readonly note = (sentAt: number): void => {
    this.latencies.push(performance.now() - sentAt);
    if (this.latencies.length === this.#expected) this.#done?.();
  };

  async expect(count: number, work: () => Promise<unknown>): Promise<void> {
    this.latencies = [];
    this.#expected = count;
    const done = new Promise<void>((resolve) => (this.#done = resolve));
    await work();
    await done;
  }
}

async function measure(start: Start): Promise<Figures> {
  const ledger = new Ledger();
  await using receiver = await startReceiver(ledger.note);
  const begun = performance.now();
  await using router = await start(`http://127.0.0.1:${String(receiver.port)}/hook`);
  const readyMs = performance.now() - begun;
  const idleMiB = memory(router.pid).now;
  const target = { port: router.port, token: router.token };
  // Both ends compile their hot paths first.
  await ledger.expect(3_000, () => flood(target, { count: 3_000, connections }));
  await router.settled(3_000);

  const cpuBefore = cpuSeconds(router.pid);
  const floodBegun = performance.now();
  await ledger.expect(events, () => flood(target, { count: events, connections }));
  await router.settled(3_000 + events);
  const seconds = (performance.now() - floodBegun) / 1000;
  const cpu = cpuSeconds(router.pid) - cpuBefore;
  const flooded = ledger.latencies;

  const paced = 500 * 6;
  await ledger.expect(paced, () => pace(target, { perSecond: 500, seconds: 6 }));
  return {
    eventsPerSecond: events / seconds,
    cpuMicrosPerEvent: (cpu / events) * 1e6,
    floodP50: percentile(flooded, 0.5),
    floodP99: percentile(flooded, 0.99),
    pacedP50: percentile(ledger.latencies, 0.5),
    pacedP99: percentile(ledger.latencies, 0.99),
    idleMiB,
    peakMiB: memory(router.pid).peak,
    readyMs,
  };
}

function median(all: readonly Figures[]): Figures {
  const of = (key: keyof Figures): number =>
    percentile(
      all.map((figures) => figures[key]),
      0.5,
    );
  return {
    eventsPerSecond: of('eventsPerSecond'),
    cpuMicrosPerEvent: of('cpuMicrosPerEvent'),
    floodP50: of('floodP50'),
    floodP99: of('floodP99'),
    pacedP50: of('pacedP50'),
    pacedP99: of('pacedP99'),
    idleMiB: of('idleMiB'),
    peakMiB: of('peakMiB'),
    readyMs: of('readyMs'),
  };
}

function print(name: string, figures: Figures): void {
  const cells = [
    figures.eventsPerSecond.toFixed(0),
    figures.cpuMicrosPerEvent.toFixed(0),
    `${figures.floodP50.toFixed(1)} / ${figures.floodP99.toFixed(1)}`,
    `${figures.pacedP50.toFixed(1)} / ${figures.pacedP99.toFixed(1)}`,
    `${figures.idleMiB.toFixed(0)} / ${figures.peakMiB.toFixed(0)}`,
    figures.readyMs.toFixed(0),
  ];
  console.log(`| ${name.padEnd(12)} | ${cells.map((cell) => cell.padStart(11)).join(' | ')} |`);
}

const say = options.json ? () => undefined : console.log;
const ours: Figures[] = [];
const reference: Figures[] = [];
const triggers = Number(options.triggers);
say(
  `${String(events)} events over ${String(connections)} connections, ${options.rounds} rounds, ${String(triggers)} triggers\n`,
);
if (!options.json) {
  console.log(
    '| build        |    events/s | CPU µs/event| p50/p99 ms  | at 500/s ms | idle/peak MiB | ready ms |',
  );
  console.log(
    '| ------------ | ----------: | ----------: | ----------: | ----------: | ----------: | ----------: |',
  );
}
for (let round = 1; round <= Number(options.rounds); round++) {
  reference.push(await measure((url) => startReference(url)));
  ours.push(await measure((url) => startSignalbox(url, triggers)));
  const [ref, own] = [reference.at(-1), ours.at(-1)];
  if (!options.json && ref && own) {
    print('reference', ref);
    print('Signalbox', own);
    console.log(`ratio ${(own.eventsPerSecond / ref.eventsPerSecond).toFixed(2)}`);
  }
}
const summary = { reference: median(reference), signalbox: median(ours) };
const ratio = percentile(
  ours.map((own, i) => own.eventsPerSecond / (reference[i]?.eventsPerSecond ?? NaN)),
  0.5,
);
const matching = matchingFigures();
const routeMatching = routeMatchingFigures();
if (options.json) {
  console.log(JSON.stringify({ ...summary, ratio, matching, routeMatching }, null, 2));
} else {
  console.log('\nMedians');
  print('reference', summary.reference);
  print('Signalbox', summary.signalbox);
  console.log(`\nratio of the medians pair by pair: ${ratio.toFixed(2)} (goal 0.6)`);
  console.log('\nMatching one event, by triggers that do not match it');
  for (const { triggers: count, microseconds } of matching) {
    console.log(`  ${String(count).padStart(7)} triggers  ${microseconds.toFixed(2)} µs`);
  }
  console.log('\nFinding the routes of one call: by the index, by trying each; making the index anew');
  for (const { patterns, routes, ...cost } of routeMatching) {
    const costs = [`${cost.microseconds.toFixed(1)} µs`, `${cost.linearMicroseconds.toFixed(0)} µs`];
    console.log(
      `  ${String(routes).padStart(7)} ${patterns}  ${costs.join('  ')}  ${cost.rebuildMilliseconds.toFixed(0)} ms`,
    );
  }
}

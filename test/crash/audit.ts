import type { StoredEvent, StoredRun } from './api.ts';
import { auditAppended } from './audit-appended.ts';
import { expectedRuns, type Expected } from './configuration.ts';
import { clientId, type SentEvent } from './ledger.ts';
import type { Rig } from './rig.ts';

export interface Tally {
  readonly accepted: number;
  /** Every run of the event was carried out. */
  readonly delivered: number;
  /** Some run was not; it is there for everybody to see, with its reason. */
  readonly pending: number;
  readonly lost: number;
}

/** What came of a number of rounds. */
export type Result = Tally & { readonly rounds: number };

/** What is stored, by what it belongs to. */
interface Stored {
  readonly events: ReadonlyMap<string, StoredEvent>;
  readonly runs: ReadonlyMap<string, readonly StoredRun[]>;
}

/** Holds all that was ever accepted against what Signalbox has and what the receivers got. */
export async function audit(rig: Rig): Promise<Tally> {
  const stored = await read(rig);
  const tally = { accepted: 0, delivered: 0, pending: 0, lost: 0 };
  for (const event of rig.ledger.events) {
    if (!event.accepted) continue;
    tally.accepted++;
    tally[judge(rig, stored, event)]++;
  }
  checkDeliveries(rig, stored);
  checkOnceTasks(rig, stored);
  await auditAppended(rig, [...stored.runs.values()].flat());
  return tally;
}

async function read({ api, findings }: Rig): Promise<Stored> {
  const events = new Map<string, StoredEvent>();
  for await (const event of api.events()) {
    const key = event.sourceId ?? '';
    if (events.has(key)) findings.add(`${key} is stored twice`);
    events.set(key, event);
  }
  const runs = new Map<string, StoredRun[]>();
  for await (const run of api.runs()) {
    const siblings = runs.get(run.event.id);
    if (siblings) siblings.push(run);
    else runs.set(run.event.id, [run]);
  }
  return { events, runs };
}

function judge(rig: Rig, { events, runs }: Stored, event: SentEvent): 'delivered' | 'pending' | 'lost' {
  const { findings } = rig;
  const stored = events.get(clientId(event));
  if (!stored) {
    findings.add(`event ${event.n} was accepted and is lost`);
    return 'lost';
  }
  if (event.storedId !== undefined && stored.id !== event.storedId)
    findings.add(`event ${event.n} was answered with ${event.storedId} and is stored as ${stored.id}`);
  if (stored.data.n !== event.n) findings.add(`event ${event.n} is stored with the data of ${stored.data.n}`);
  const all = runs.get(stored.id) ?? [];
  const expected = expectedRuns(event.object);
  const judged = expected.map((run) => judgeRun(rig, event, { run, found: all.filter(isOf(run)) }));
  if (judged.includes('lost')) return 'lost';
  return judged.every((each) => each === 'delivered') ? 'delivered' : 'pending';
}

function isOf({ task, target }: Expected): (run: StoredRun) => boolean {
  return (run) => run.task.id === task && run.target === target;
}

function judgeRun(
  { findings, deliveries }: Rig,
  { n }: SentEvent,
  { run: { task, target }, found }: { readonly run: Expected; readonly found: readonly StoredRun[] },
): 'delivered' | 'pending' | 'lost' {
  const name = `the run of ${task} on ${target} for event ${n}`;
  const [run, second] = found;
  if (!run) {
    findings.add(`${name} is lost`);
    return 'lost';
  }
  if (second) findings.add(`${name} is there twice: ${run.id} and ${second.id}`);
  if (run.state !== 'succeeded') {
    const isForPeople =
      run.state === 'held' && run.reason === 'outcome_unknown' && target.startsWith('appender/');
    if (!isForPeople)
      findings.add(`${name}, ${run.id}, is ${run.state} in the end: ${run.reason ?? 'no reason'}`);
    return 'pending';
  }
  if (target.startsWith('webhook/') && !(deliveries.byRun.get(run.id)?.taken ?? 0)) {
    findings.add(`${name}, ${run.id}, is said to have succeeded, and no receiver got it`);
    return 'lost';
  }
  return 'delivered';
}

/** What has left the house must stand in its books. */
function checkDeliveries({ deliveries, findings }: Rig, { runs }: Stored): void {
  const known = new Map([...runs.values()].flat().map((run) => [run.id, run]));
  for (const [id, { n, task, target, event }] of deliveries.byRun) {
    const run = known.get(id);
    if (!run) findings.add(`run ${id} of ${task} for event ${n} was delivered and is not stored`);
    else if (run.task.id !== task || run.event.id !== event || run.target !== `webhook/${target}`)
      findings.add(`run ${id} was delivered for ${task} on ${target}, and is stored as another`);
  }
}

/** However many events come, whatever happens between: such a task fires once. */
function checkOnceTasks({ findings, ledger }: Rig, { runs }: Stored): void {
  const byTask = Map.groupBy([...runs.values()].flat(), ({ task }) => task.id);
  const objects = new Set(ledger.events.filter(({ accepted }) => accepted).map(({ object }) => object));
  for (const id of objects) {
    const count = byTask.get(id)?.length ?? 0;
    if (id.startsWith('once-') && count !== 1)
      findings.add(`task ${id} has fired ${count} times instead of once`);
  }
}

import { readFileSync } from 'node:fs';
import type { StoredRun } from './api.ts';
import type { Rig } from './rig.ts';

/** What the action that must not be repeated has left outside. */
interface Trace {
  begun: number;
  ended: number;
}

/** No run is carried out twice, and none that was cut off is said to have succeeded. */
export async function auditAppended(
  { appendedFile, findings, api }: Rig,
  runs: readonly StoredRun[],
): Promise<void> {
  const traces = readTraces(appendedFile);
  const known = new Map(runs.filter(({ task }) => task.id === 'append').map((run) => [run.id, run]));
  for (const [id, { begun, ended }] of traces) {
    const run = known.get(id);
    if (!run) findings.add(`run ${id} was carried out and is not stored`);
    if (begun > 1) findings.add(`run ${id} must not be repeated and was begun ${begun} times`);
    if (run && ended === 0 && run.state !== 'held') findings.add(`run ${id} was cut off and is ${run.state}`);
  }
  for (const { id, state } of known.values()) {
    if (state === 'succeeded' && traces.get(id)?.ended !== 1)
      findings.add(`run ${id} succeeded without being done`);
    if (state === 'held' && !(await hasUnknownAttempt(api, id)))
      findings.add(`run ${id} is held, and its attempts do not tell why`);
  }
}

function readTraces(file: string): ReadonlyMap<string, Trace> {
  const traces = new Map<string, Trace>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [what, id] = line.split(' ');
    if (id === undefined) continue;
    const trace = traces.get(id) ?? { begun: 0, ended: 0 };
    if (what === 'begin') trace.begun++;
    else trace.ended++;
    traces.set(id, trace);
  }
  return traces;
}

async function hasUnknownAttempt(api: Rig['api'], id: string): Promise<boolean> {
  const { body } = await api.request('GET', `/api/runs/${id}`);
  const { attemptLog } = body as { readonly attemptLog: readonly { readonly outcome: string }[] };
  return attemptLog.some(({ outcome }) => outcome === 'unknown');
}

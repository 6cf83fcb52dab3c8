import type { RunState } from '../../domain/records.ts';
import type { Settlement } from '../../kernel/ports.ts';
import { storable, unnest } from './columnar.ts';
import type { PostgresClient } from './postgres-client.ts';

const columns = [
  ['id', 'text'],
  ['state', 'text'],
  ['reason', 'text'],
  ['attempts', 'bigint'],
  ['due_at', 'bigint'],
  ['started_at', 'bigint'],
  ['finished_at', 'bigint'],
] as const;

const settle = `update run set state = given.state, reason = given.reason, attempts = given.attempts,
    due_at = given.due_at, started_at = coalesce(given.started_at, run.started_at),
    finished_at = given.finished_at
  from ${unnest(columns)}
  where run.id = given.id and run.state in ('pending', 'running')
  returning run.id`;

const countAttempts = `update run set attempts = greatest(run.attempts, given.number)
  from unnest($1::text[], $2::bigint[]) as given(id, number) where run.id = given.id`;

/** Gives runs that are pending or running their new state. */
export async function settleRuns(client: PostgresClient, settlements: readonly Settlement[]): Promise<void> {
  const last = lastOfEach(settlements);
  if (last.length === 0) return;
  const { rows } = await client.query({
    text: settle,
    values: [
      last.map(({ runId }) => runId),
      last.map(({ state }) => state),
      last.map(({ reason }) => storable(reason ?? null)),
      last.map(({ attempts }) => attempts),
      last.map(({ dueAt }) => dueAt),
      last.map(({ startedAt }) => startedAt ?? null),
      last.map(({ finishedAt }) => finishedAt ?? null),
    ],
  });
  // They ended meanwhile. Their next attempts, if a person asks for them, must not take the numbers of these.
  const settled = new Set(rows.map(({ id }) => String(id)));
  const ended = last.flatMap(({ runId, attempt }) => (settled.has(runId) ? [] : (attempt ?? [])));
  if (ended.length === 0) return;
  await client.query({
    text: countAttempts,
    values: [ended.map(({ runId }) => runId), ended.map(({ number }) => number)],
  });
}

const open: ReadonlySet<RunState> = new Set(['pending', 'running']);

/** What remains of several settlements of one run, as if written one by one: after an end nothing counts. */
function lastOfEach(settlements: readonly Settlement[]): readonly Settlement[] {
  const byRun = new Map<string, Settlement>();
  for (const settlement of settlements) {
    const before = byRun.get(settlement.runId);
    if (!before || open.has(before.state)) byRun.set(settlement.runId, settlement);
  }
  return [...byRun.values()];
}

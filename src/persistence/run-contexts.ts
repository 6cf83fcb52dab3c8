import type { SqlEntityManager } from '@mikro-orm/sqlite';
import type { RunRecord } from '../domain/records.ts';
import type { RunContext } from '../kernel/ports.ts';
import type { JsonValue } from '../sdk/index.ts';
import { EventEntity } from './entities/event.entity.ts';

/** What a list shows beside its runs: read for all of them at one time, and no more of each than that. */
export async function runContexts(
  em: SqlEntityManager,
  runs: readonly RunRecord[],
): Promise<readonly RunContext[]> {
  const [events, statuses] = [await eventsOf(em, runs), await statusesOf(em, runs)];
  return runs.map(({ id, eventId }) => {
    const [event, responseStatus] = [events.get(eventId), statuses.get(id)];
    return { ...(event && { event }), ...(responseStatus !== undefined && { responseStatus }) };
  });
}

async function eventsOf(
  em: SqlEntityManager,
  runs: readonly RunRecord[],
): Promise<ReadonlyMap<string, NonNullable<RunContext['event']>>> {
  const ids = [...new Set(runs.map(({ eventId }) => eventId))];
  const rows = await em.find(EventEntity, { id: { $in: ids } }, { fields: ['id', 'type', 'object'] });
  return new Map(rows.map(({ id, type, object }) => [id, { type, ...(object != null && { object }) }]));
}

async function statusesOf(
  em: SqlEntityManager,
  runs: readonly RunRecord[],
): Promise<ReadonlyMap<string, number>> {
  const tried = runs.filter(({ attempts }) => attempts > 0);
  if (tried.length === 0) return new Map();
  const last = tried.map(() => '(?, ?)').join(', ');
  const rows = await em
    .getConnection()
    .execute<readonly { readonly runId: string; readonly received: string | null }[]>(
      `select run_id as "runId", cast(received as text) as received from attempt where (run_id, number) in (values ${last})`,
      tried.flatMap(({ id, attempts }) => [id, attempts]),
      'all',
      em.getTransactionContext(),
    );
  return new Map(rows.flatMap(({ runId, received }) => statusIn(received).map((status) => [runId, status])));
}

function statusIn(received: string | null): readonly number[] {
  const answer = received === null ? null : (JSON.parse(received) as JsonValue);
  const status: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'status') : undefined;
  return typeof status === 'number' ? [status] : [];
}

import type { QueryResult } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sqlite';
import type { GrowingTable, RetentionPort, Stretch, Walked } from '../kernel/ports.ts';
import type { Database } from './database.ts';
import { idAt, lastTime } from './page-range.ts';

/*
 * Every statement keeps to a range of primary keys: none looks at more rows than the stretch has. The end is asked for
 * outside: of a range with two ends PostgreSQL may believe that it is small, and would sort all of it each time.
 */
const walk = (table: GrowingTable) => `select count(*) as "rows", max(id) as "last"
  from (select id from ${table} where id > ? order by id limit ?) as stretch where id < ?`;

const pruneRuns = `delete from run where id > ? and id <= ?
  and state in ('succeeded', 'failed', 'cancelled') and coalesce(finished_at, created_at) < ?`;

/** After the runs, and by their absence: a run that is being tried again at this moment keeps its attempts. */
const pruneAttempts = `delete from attempt where run_id > ? and run_id <= ?
  and not exists (select 1 from run where run.id = attempt.run_id)`;

const pruneEvents = `delete from event where id > ? and id <= ?
  and not exists (select 1 from run where run.event_id = event.id)`;

export class Retention implements RetentionPort {
  constructor(
    private readonly database: Database,
    readonly shrink: () => Promise<boolean>,
  ) {}

  count(table: GrowingTable, stretch: Stretch): Promise<Walked> {
    return this.database.read((em) => walked(em, table, { ...stretch, before: lastTime }));
  }

  prune(
    table: GrowingTable,
    { before = lastTime, ...stretch }: Stretch & { readonly before?: number },
  ): Promise<Walked & { readonly deleted: number }> {
    return this.database.write(async (em) => {
      const { rows, last } = await walked(em, table, { ...stretch, before });
      const range = [stretch.after, last];
      if (table === 'event') return { rows, last, deleted: await remove(em, pruneEvents, range) };
      const deleted = await remove(em, pruneRuns, [...range, before]);
      if (deleted > 0) await remove(em, pruneAttempts, range);
      return { rows, last, deleted };
    });
  }
}

async function walked(
  em: SqlEntityManager,
  table: GrowingTable,
  { after, before, limit }: Stretch & { readonly before: number },
): Promise<Walked> {
  const values = [after, limit, idAt(before)];
  const rows = await em
    .getConnection()
    .execute<readonly { readonly rows: number | string; readonly last: string | null }[]>(
      walk(table),
      values,
      'all',
      em.getTransactionContext(),
    );
  // PostgreSQL gives a count as text.
  return { rows: Number(rows[0]?.rows), last: rows[0]?.last ?? after };
}

async function remove(em: SqlEntityManager, sql: string, values: readonly unknown[]): Promise<number> {
  const result = await em
    .getConnection()
    .execute<QueryResult>(sql, values, 'run', em.getTransactionContext());
  return result.affectedRows;
}

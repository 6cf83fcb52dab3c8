import type { InferEntity } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sqlite';
import type { QueuedRun } from '../kernel/ports.ts';
import { toEvent, type EventEntity } from './entities/event.entity.ts';
import { toRun, type RunEntity } from './entities/run.entity.ts';
import { eventTable, runTable, type ColumnType, type HotTable } from './hot-tables.ts';

type Row = Readonly<Record<string, unknown>>;

const runOf = reader(runTable);
const eventOf = reader(eventTable);

const select = `select ${columnsOf(runTable)}, ${columnsOf(eventTable)}
  from run join event on event.id = run.event_id
  where run.target = ? and run.state = 'pending' and run.due_at <= ?
  order by run.due_at, run.id limit ?`;

/**
 * Pending runs of a target with their events. Under load every run passes here; MikroORM's `find` would take ten
 * times as long to make entities of them.
 */
export async function queuedRuns(
  em: SqlEntityManager,
  { target, now, limit }: { readonly target: string; readonly now: number; readonly limit: number },
): Promise<readonly QueuedRun[]> {
  const rows = await em.getConnection().execute<readonly Row[]>(select, [target, now, limit]);
  return rows.map((row) => ({
    run: toRun(runOf(row) as InferEntity<typeof RunEntity>),
    event: toEvent(eventOf(row) as InferEntity<typeof EventEntity>),
  }));
}

/** `run.due_at as run_due_at, …`: two tables may have columns of one name. */
function columnsOf<R>({ name, columns }: HotTable<R>): string {
  return columns
    .map(([column, type]) => {
      const path = `${name}.${column}`;
      return `${type === 'json' ? `cast(${path} as text)` : path} as ${name}_${column}`;
    })
    .join(', ');
}

/** Turns the columns of one table into what its entity would be. */
function reader({ name, columns }: HotTable<never>): (row: Row) => Row {
  const fields = columns.map(([column, type]) => ({
    from: `${name}_${column}`,
    to: column.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    type,
  }));
  return (row) => {
    const record: Record<string, unknown> = {};
    for (const { from, to, type } of fields) record[to] = read(row[from], type);
    return record;
  };
}

function read(value: unknown, type: ColumnType): unknown {
  if (type === 'json' && typeof value === 'string') return JSON.parse(value);
  // PostgreSQL gives a bigint as text.
  return type === 'bigint' && value !== null ? Number(value) : value;
}

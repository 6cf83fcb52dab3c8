import type { InferEntity } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sqlite';
import type { EventRecord, RunRecord } from '../domain/records.ts';
import type { QueuedPage, QueuedPageSize } from '../kernel/ports.ts';
import { toEvent, type EventEntity } from './entities/event.entity.ts';
import { toRun, type RunEntity } from './entities/run.entity.ts';
import { eventTable, runTable, type ColumnType, type HotTable } from './hot-tables.ts';

type Row = Readonly<Record<string, unknown>>;

const runOf = reader(runTable);
const eventOf = reader(eventTable);

const select = `select ${columnsOf(runTable)} from run
  where run.target = ? and run.state = 'pending' and run.due_at <= ?
  order by run.due_at, run.id limit ?`;

/** Events that are read by the first query, if there is room; how many the next ones read is measured by their size. */
const firstEvents = 16;
const roomy = 1024 * 1024;
const mostEvents = 500;

/**
 * Pending runs of a target with their events. Under load every run passes here; MikroORM's `find` would take ten
 * times as long to make entities of them. An event is read once, not once for each of its runs: it may be large.
 */
export async function queuedRuns(
  em: SqlEntityManager,
  { target, now, ...size }: QueuedPageSize & { readonly target: string; readonly now: number },
): Promise<QueuedPage> {
  const rows = await em.getConnection().execute<readonly Row[]>(select, [target, now, size.limit]);
  // Runs of one task have one input: it is parsed once, and its templates are compiled once for all of them.
  const inputs = new Map<string, unknown>();
  const found = rows.map((row) => toRun(runOf(row, inputs) as InferEntity<typeof RunEntity>));
  const { events, unread } = await eventsOf(em, found, size);
  const cut = found.findIndex(({ eventId }) => unread.has(eventId));
  const runs = (cut === -1 ? found : found.slice(0, cut)).flatMap((run) => {
    const event = events.get(run.eventId);
    return event ? [{ run, event }] : [];
  });
  return { runs, complete: cut === -1 && rows.length < size.limit };
}

async function eventsOf(
  em: SqlEntityManager,
  runs: readonly RunRecord[],
  { known, maxBytes = Infinity }: QueuedPageSize,
): Promise<{ readonly events: Map<string, EventRecord>; readonly unread: Set<string> }> {
  const events = new Map<string, EventRecord>();
  const unread = new Set<string>();
  for (const { eventId } of runs) {
    const event = known?.(eventId);
    if (event) events.set(eventId, event);
    else unread.add(eventId);
  }
  let bytes = 0;
  let read = 0;
  for (let next = maxBytes < roomy ? 1 : firstEvents; unread.size > 0 && next > 0;) {
    const ids = [...unread].slice(0, next);
    for (const row of await selectEvents(em, ids)) {
      bytes += String(row['event_data']).length;
      const event = toEvent(eventOf(row) as InferEntity<typeof EventEntity>);
      events.set(event.id, event);
    }
    for (const id of ids) unread.delete(id);
    read += ids.length;
    next = Math.min(Math.floor(((maxBytes - bytes) * read) / Math.max(bytes, 1)), mostEvents);
  }
  return { events, unread };
}

function selectEvents(em: SqlEntityManager, ids: readonly string[]): Promise<readonly Row[]> {
  const marks = ids.map(() => '?').join(', ');
  const sql = `select ${columnsOf(eventTable)} from event where event.id in (${marks})`;
  return em.getConnection().execute<readonly Row[]>(sql, [...ids]);
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

/** Turns the columns of one table into what its entity would be. Equal JSON texts become one value if `parsed` is given. */
function reader({ name, columns }: HotTable<never>): (row: Row, parsed?: Map<string, unknown>) => Row {
  const fields = columns.map(([column, type]) => ({
    from: `${name}_${column}`,
    to: column.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    type,
  }));
  return (row, parsed) => {
    const record: Record<string, unknown> = {};
    for (const { from, to, type } of fields) record[to] = read(row[from], type, parsed);
    return record;
  };
}

function read(value: unknown, type: ColumnType, parsed: Map<string, unknown> | undefined): unknown {
  if (type === 'json' && typeof value === 'string') return parse(value, parsed);
  // PostgreSQL gives a bigint as text.
  return type === 'bigint' && value !== null ? Number(value) : value;
}

function parse(text: string, parsed: Map<string, unknown> | undefined): unknown {
  if (parsed?.has(text)) return parsed.get(text);
  const value: unknown = JSON.parse(text);
  parsed?.set(text, value);
  return value;
}

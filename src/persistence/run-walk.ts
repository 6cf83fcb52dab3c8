import type { SqlEntityManager } from '@mikro-orm/sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SignalboxError } from '../domain/errors.ts';
import type { RunRecord } from '../domain/records.ts';
import type { Page, RunOrder, RunQuery } from '../kernel/ports.ts';
import type { Database } from './database.ts';
import { RunEntity, toRun } from './entities/run.entity.ts';
import { idAt, slack } from './page-range.ts';

/*
 * Finds runs by what no index answers. Of millions of runs this would take seconds, in which nothing else could be read
 * or written: so it walks along an index in short stretches, lets others in between, and after a while gives what it
 * has found, with the place where to go on.
 */

/** How far it walks. */
export interface WalkLimits {
  /** Runs that are looked at in one statement. */
  readonly stretch: number;
  /** Time after which it gives up until the next page, ms. */
  readonly patienceMs: number;
}

const usual: WalkLimits = { stretch: 200, patienceMs: 250 };

/** Whether a query asks for something that no index answers. */
export function needsWalk({ action, eventType, search, order }: RunQuery): boolean {
  return [action, eventType, search, order].some((part) => part !== undefined);
}

export async function walkRuns(
  database: Database,
  query: RunQuery,
  { stretch, patienceMs }: WalkLimits = usual,
): Promise<Page<RunRecord>> {
  const found: string[] = [];
  const { order = newestFirst, limit } = query;
  const deadline = performance.now() + patienceMs;
  let place = await database.read((em) => placeOf(em, order, query.cursor));
  for (;;) {
    const rows = await database.read((em) => stretchOf(em, { query, order, place, stretch }));
    // PostgreSQL gives numbers of some kinds as text.
    found.push(...rows.filter(({ hit }) => Number(hit) === 1).map(({ id }) => id));
    if (found.length > limit) return page(database, found.slice(0, limit), found[limit - 1]);
    place = rows.at(-1);
    if (rows.length < stretch) return page(database, found);
    if (performance.now() >= deadline) return page(database, found, place?.id);
    await nextTurn();
  }
}

const newestFirst: RunOrder = { by: 'time', descending: true };

/** A run in the order that it is walked in. */
interface Place {
  readonly id: string;
  /** What the order goes by before the id. */
  readonly key: string;
}

interface Row extends Place {
  readonly hit: number | string;
}

const keyOf = { time: `''`, target: 'target', task: 'task_id' } as const;

async function placeOf(
  em: SqlEntityManager,
  { by }: RunOrder,
  cursor: string | undefined,
): Promise<Place | undefined> {
  if (cursor === undefined) return undefined;
  if (by === 'time') return { id: cursor, key: '' };
  const [place] = await select<Place>(em, {
    sql: `select id, ${keyOf[by]} as "key" from run where id = ?`,
    values: [cursor],
  });
  if (place) return place;
  throw new SignalboxError('QUERY_INVALID', 'cursor: the run that it stands for has been deleted', {
    field: 'cursor',
  });
}

/** A piece of SQL with the values of its question marks. */
interface Sql {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

function select<Found>(em: SqlEntityManager, { sql, values }: Sql): Promise<readonly Found[]> {
  return em.getConnection().execute<readonly Found[]>(sql, [...values], 'all', em.getTransactionContext());
}

interface Stretch {
  readonly query: RunQuery;
  readonly order: RunOrder;
  readonly place: Place | undefined;
  readonly stretch: number;
}

const looked = 'id, event_id, task_id, task_name, action, target, state, reason, created_at';

function stretchOf(em: SqlEntityManager, { query, order, place, stretch }: Stretch): Promise<readonly Row[]> {
  const key = keyOf[order.by];
  const direction = order.descending ? 'desc' : 'asc';
  const columns = order.by === 'time' ? ['id'] : [key, 'id'];
  const ordered = columns.map((column) => `${column} ${direction}`).join(', ');
  const walked = both([...indexed(query), ...(place ? [beyond(place, order)] : [])]);
  const hit = both(unindexed(query));
  return select<Row>(em, {
    sql: `select run.id, ${key} as "key", case when ${hit.sql} then 1 else 0 end as hit
      from (select ${looked} from run where ${walked.sql} order by ${ordered} limit ?) as run
      left join event on event.id = run.event_id
      order by ${columns.map((column) => `run.${column} ${direction}`).join(', ')}`,
    values: [...hit.values, ...walked.values, stretch],
  });
}

function beyond({ id, key }: Place, { by, descending }: RunOrder): Sql {
  const than = descending ? '<' : '>';
  if (by === 'time') return { sql: `id ${than} ?`, values: [id] };
  return { sql: `(${keyOf[by]}, id) ${than} (?, ?)`, values: [key, id] };
}

/** Conditions on the walk itself. */
function indexed({ taskId, target, eventId, from, to }: RunQuery): readonly Sql[] {
  return [
    equal('task_id', taskId),
    equal('target', target),
    equal('event_id', eventId),
    // Ids begin with the time, if not exactly.
    from === undefined ? [] : { sql: 'id >= ?', values: [idAt(from - slack)] },
    to === undefined ? [] : { sql: 'id < ?', values: [idAt(to + slack)] },
  ].flat();
}

/** Conditions on what the walk comes by. */
function unindexed({ states, action, reason, eventType, search, from, to }: RunQuery): readonly Sql[] {
  return [
    states === undefined ? [] : oneOf('run.state', states),
    equal('run.action', action),
    equal('run.reason', reason),
    equal('event.type', eventType),
    from === undefined ? [] : { sql: 'run.created_at >= ?', values: [from] },
    to === undefined ? [] : { sql: 'run.created_at < ?', values: [to] },
    search === undefined ? [] : has(search),
  ].flat();
}

function both(conditions: readonly Sql[]): Sql {
  return {
    sql: ['1 = 1', ...conditions.map(({ sql }) => sql)].join(' and '),
    values: conditions.flatMap(({ values }) => values),
  };
}

function equal(column: string, value: string | undefined): Sql | [] {
  return value === undefined ? [] : { sql: `${column} = ?`, values: [value] };
}

function oneOf(column: string, values: readonly string[]): Sql {
  return {
    sql: values.length === 0 ? '1 = 0' : `${column} in (${values.map(() => '?').join(', ')})`,
    values,
  };
}

const ofRun = ['id', 'event_id', 'task_id', 'task_name', 'action', 'target', 'reason'].map(
  (name) => `run.${name}`,
);
const ofEvent = ['type', 'object', 'source'].map((name) => `event.${name}`);
const ofAttempt = ['error', 'cast(attempt.sent as text)', 'cast(attempt.received as text)'];

function has(text: string): Sql {
  const pattern = `%${text.replace(/[%_!]/g, '!$&')}%`;
  return {
    sql: `(${like([...ofRun, ...ofEvent])} or exists (
      select 1 from attempt where attempt.run_id = run.id and ${like(ofAttempt)}))`,
    values: [pattern, pattern],
  };
}

function like(columns: readonly string[]): string {
  const all = columns.map((column) => `coalesce(${column}, '')`).join(` || ' ' || `);
  return `lower(${all}) like lower(cast(? as text)) escape '!'`;
}

async function page(database: Database, ids: readonly string[], next?: string): Promise<Page<RunRecord>> {
  const rows = await database.read((em) => em.find(RunEntity, { id: { $in: [...ids] } }));
  const runs = new Map(rows.map((row) => [row.id, toRun(row)]));
  return { items: ids.flatMap((id) => runs.get(id) ?? []), ...(next !== undefined && { next }) };
}

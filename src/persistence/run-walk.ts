import type { SqlEntityManager } from '@mikro-orm/sqlite';
import { SignalboxError } from '../domain/errors.ts';
import type { RunRecord } from '../domain/records.ts';
import type { Page, RunOrder, RunQuery } from '../kernel/ports.ts';
import { both, compared, like, oneOf, patternOf, select, type Sql } from './conditions.ts';
import type { Database } from './database.ts';
import { RunEntity, toRun } from './entities/run.entity.ts';
import { idAt, slack } from './page-range.ts';
import { walk, type WalkLimits } from './stretch-walk.ts';

/** Whether a query asks for something that no index answers. */
export function needsWalk({ action, eventType, search, order }: RunQuery): boolean {
  return [action, eventType, search, order].some((part) => part !== undefined);
}

export async function walkRuns(
  database: Database,
  query: RunQuery,
  limits?: WalkLimits,
): Promise<Page<RunRecord>> {
  const { order = newestFirst, limit } = query;
  const begin = await database.read((em) => placeOf(em, order, query.cursor));
  const { ids, next } = await walk<Row>(
    {
      limit,
      stretchOf: (beyond, stretch) =>
        database.read((em) => stretchOf(em, { query, order, place: beyond ?? begin, stretch })),
    },
    limits,
  );
  return page(database, ids, next);
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
    compared('task_id', '=', taskId),
    compared('target', '=', target),
    compared('event_id', '=', eventId),
    // Ids begin with the time, if not exactly.
    compared('id', '>=', from === undefined ? undefined : idAt(from - slack)),
    compared('id', '<', to === undefined ? undefined : idAt(to + slack)),
  ].flat();
}

/** Conditions on what the walk comes by. */
function unindexed({ states, action, reason, eventType, search, from, to }: RunQuery): readonly Sql[] {
  return [
    oneOf('run.state', states),
    compared('run.action', '=', action),
    compared('run.reason', '=', reason),
    compared('event.type', '=', eventType),
    compared('run.created_at', '>=', from),
    compared('run.created_at', '<', to),
    search === undefined ? [] : has(search),
  ].flat();
}

const ofRun = ['id', 'event_id', 'task_id', 'task_name', 'action', 'target', 'reason'].map(
  (name) => `run.${name}`,
);
const ofEvent = ['type', 'object', 'source'].map((name) => `event.${name}`);
const ofAttempt = ['error', 'cast(attempt.sent as text)', 'cast(attempt.received as text)'];

function has(text: string): Sql {
  const pattern = patternOf(text);
  return {
    sql: `(${like([...ofRun, ...ofEvent])} or exists (
      select 1 from attempt where attempt.run_id = run.id and ${like(ofAttempt)}))`,
    values: [pattern, pattern],
  };
}

async function page(database: Database, ids: readonly string[], next?: string): Promise<Page<RunRecord>> {
  const rows = await database.read((em) => em.find(RunEntity, { id: { $in: [...ids] } }));
  const runs = new Map(rows.map((row) => [row.id, toRun(row)]));
  return { items: ids.flatMap((id) => runs.get(id) ?? []), ...(next !== undefined && { next }) };
}

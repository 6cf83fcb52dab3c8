import type { SqlEntityManager } from '@mikro-orm/sqlite';
import type { RunRecord } from '../domain/records.ts';
import type { Page, RunOrder, RunQuery } from '../kernel/ports.ts';
import { both, compared, like, oneOf, patternOf, select, type Sql } from './conditions.ts';
import type { Database } from './database.ts';
import { RunEntity, toRun } from './entities/run.entity.ts';
import { idAt, slack } from './page-range.ts';
import { walk, type WalkLimits } from './stretch-walk.ts';

/** Whether a query asks for something that no index answers. */
export function needsWalk({ action, triggerId, eventType, search, order }: RunQuery): boolean {
  const sorted = order !== undefined && order.by !== 'time';
  return sorted || [action, triggerId, eventType, search].some((part) => part !== undefined);
}

export async function walkRuns(
  database: Database,
  query: RunQuery,
  limits?: WalkLimits,
): Promise<Page<RunRecord>> {
  const { order = newestFirst, limit, cursor } = query;
  const begin = cursor === undefined ? undefined : placeAt(cursor);
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

/** An id has no space in it. */
function cursorAt({ id, key }: Place): string {
  return key === '' ? id : `${id} ${key}`;
}

function placeAt(cursor: string): Place {
  const [id = ''] = cursor.split(' ', 1);
  return { id, key: cursor.slice(id.length + 1) };
}

interface Stretch {
  readonly query: RunQuery;
  readonly order: RunOrder;
  readonly place: Place | undefined;
  readonly stretch: number;
}

const looked = 'id, event_id, task_id, task_name, trigger_id, action, target, state, reason, created_at';

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
function unindexed(query: RunQuery): readonly Sql[] {
  const { states, triggerId, action, reason, eventType, search, from, to } = query;
  return [
    oneOf('run.state', states),
    compared('run.trigger_id', '=', triggerId),
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

async function page(database: Database, ids: readonly string[], next?: Place): Promise<Page<RunRecord>> {
  const rows = await database.read((em) => em.find(RunEntity, { id: { $in: [...ids] } }));
  const runs = new Map(rows.map((row) => [row.id, toRun(row)]));
  return { items: ids.flatMap((id) => runs.get(id) ?? []), ...(next && { next: cursorAt(next) }) };
}

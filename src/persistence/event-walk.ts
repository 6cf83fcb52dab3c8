import type { SqlEntityManager } from '@mikro-orm/sqlite';
import type { EventRecord } from '../domain/records.ts';
import type { EventQuery, Page } from '../kernel/ports.ts';
import { both, compared, like, patternOf, select, type Sql } from './conditions.ts';
import type { Database } from './database.ts';
import { EventEntity, toEvent } from './entities/event.entity.ts';
import { idAt, slack } from './page-range.ts';
import { walk, type WalkLimits } from './stretch-walk.ts';

interface Row {
  readonly id: string;
  readonly hit: number | string;
}

/** Finds events by a text, along the index of their ids, or that of type, object or source. */
export async function walkEvents(
  database: Database,
  query: EventQuery,
  limits?: WalkLimits,
): Promise<Page<EventRecord>> {
  const stretchOf = (beyond: Row | undefined, stretch: number): Promise<readonly Row[]> =>
    database.read((em) => stretchFrom(em, { query, place: beyond?.id ?? query.cursor, stretch }));
  const { ids, next } = await walk<Row>({ limit: query.limit, stretchOf }, limits);
  const rows = await database.read((em) => em.find(EventEntity, { id: { $in: [...ids] } }));
  const events = new Map(rows.map((row) => [row.id, toEvent(row)]));
  return { items: ids.flatMap((id) => events.get(id) ?? []), ...(next && { next: next.id }) };
}

interface Stretch {
  readonly query: EventQuery;
  /** Id of the last event before it. */
  readonly place: string | undefined;
  readonly stretch: number;
}

const texts = ['id', 'type', 'object', 'source', 'source_id', 'cast(data as text)'];

function stretchFrom(em: SqlEntityManager, { query, place, stretch }: Stretch): Promise<readonly Row[]> {
  const { type, object, source, search = '', from, to, oldestFirst = false } = query;
  const direction = oldestFirst ? 'asc' : 'desc';
  const walked: Sql = both(
    [
      compared('type', '=', type),
      compared('object', '=', object),
      compared('source', '=', source),
      compared('id', oldestFirst ? '>' : '<', place),
      // Ids begin with the time, if not exactly.
      compared('id', '>=', from === undefined ? undefined : idAt(from - slack)),
      compared('id', '<', to === undefined ? undefined : idAt(to + slack)),
    ].flat(),
  );
  const hit: Sql = both(
    [
      compared('received_at', '>=', from),
      compared('received_at', '<', to),
      { sql: like(texts), values: [patternOf(search)] },
    ].flat(),
  );
  return select<Row>(em, {
    sql: `select id, case when ${hit.sql} then 1 else 0 end as hit
      from (select id, type, object, source, source_id, data, received_at from event
        where ${walked.sql} order by id ${direction} limit ?) as event
      order by id ${direction}`,
    values: [...hit.values, ...walked.values, stretch],
  });
}

import type { EventRecord } from '../../domain/records.ts';
import { eventTable } from '../hot-tables.ts';
import { columnar, insertSql, storable } from './columnar.ts';
import type { PostgresClient } from './postgres-client.ts';

const insert = `${insertSql(eventTable)}
  on conflict (source, source_id) where source_id is not null do nothing returning id`;

const find = `select given.id as given, event.id as stored
  from unnest($1::text[], $2::text[], $3::text[]) as given(id, source, source_id)
  join event on event.source = given.source and event.source_id = given.source_id`;

/**
 * Stores events and gives the ids under which they are stored: their own, or that of the same event stored before. Of
 * two processes that store the same event at once, the second waits for the first.
 */
export async function storedIds(
  client: PostgresClient,
  events: readonly EventRecord[],
): Promise<readonly string[]> {
  const byIdentity = new Map<string, EventRecord>();
  for (const event of events) {
    const identity = identityOf(event);
    if (!byIdentity.has(identity)) byIdentity.set(identity, event);
  }
  // In one order everywhere: two that waited for each other's events would never end.
  const distinct = [...byIdentity].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, event]) => event);
  const ids = await insertEvents(client, distinct);
  return events.map((event) => {
    const first = byIdentity.get(identityOf(event)) ?? event;
    return ids.get(first.id) ?? first.id;
  });
}

/** Id by id of the event as it came. */
async function insertEvents(
  client: PostgresClient,
  events: readonly EventRecord[],
): Promise<ReadonlyMap<string, string>> {
  if (events.length === 0) return new Map();
  const { rows } = await client.query({ text: insert, values: columnar(eventTable, events) });
  if (rows.length === events.length) return new Map();
  const inserted = new Set(rows.map(({ id }) => String(id)));
  return findEvents(
    client,
    events.filter(({ id }) => !inserted.has(id)),
  );
}

async function findEvents(
  client: PostgresClient,
  events: readonly EventRecord[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query({
    text: find,
    values: [
      events.map(({ id }) => id),
      events.map(({ source }) => storable(source)),
      events.map(({ sourceId }) => storable(sourceId ?? null)),
    ],
  });
  return new Map(rows.map(({ given, stored }) => [String(given), String(stored)]));
}

/** Events are the same when their senders say so; one without an id of its sender's is only itself. */
function identityOf({ id, source, sourceId }: EventRecord): string {
  return JSON.stringify(sourceId === undefined ? [id] : [storable(source), storable(sourceId)]);
}

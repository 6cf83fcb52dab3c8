import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import type { EventRecord } from '../../domain/records.ts';
import type { JsonValue } from '../../sdk/index.ts';
import { epoch, json } from './columns.ts';

export const EventEntity = defineEntity({
  name: 'Event',
  properties: {
    id: p.text().primary(),
    source: p.text(),
    sourceId: p.text().nullable(),
    type: p.text(),
    object: p.text().nullable(),
    time: epoch(),
    receivedAt: epoch(),
    data: json<JsonValue>(),
    causedBy: p.text().nullable(),
    depth: p.integer(),
  },
  uniques: [{ name: 'event_source_id', properties: ['source', 'sourceId'], where: 'source_id is not null' }],
  // Each ends in the id, so that a filtered list comes out newest first without sorting.
  indexes: [
    { name: 'event_type', properties: ['type', 'id'] },
    { name: 'event_object', properties: ['object', 'id'], where: 'object is not null' },
    { name: 'event_source', properties: ['source', 'id'] },
  ],
});

export function toEvent(row: InferEntity<typeof EventEntity>): EventRecord {
  return {
    id: row.id,
    source: row.source,
    ...(row.sourceId != null && { sourceId: row.sourceId }),
    type: row.type,
    ...(row.object != null && { object: row.object }),
    time: row.time,
    receivedAt: row.receivedAt,
    data: row.data,
    ...(row.causedBy != null && { causedBy: row.causedBy }),
    depth: row.depth,
  };
}

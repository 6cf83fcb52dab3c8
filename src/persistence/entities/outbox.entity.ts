import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import type { ObjectRecord } from '../../domain/records.ts';
import type { OutboxRecord } from '../../kernel/ports.ts';
import { json } from './columns.ts';

export const OutboxEntity = defineEntity({
  name: 'Outbox',
  properties: {
    id: p.text().primary(),
    event: json<OutboxRecord['event']>(),
    object: json<ObjectRecord>(),
  },
});

export function toOutbox({ id, event, object }: InferEntity<typeof OutboxEntity>): OutboxRecord {
  return { id, event, object };
}

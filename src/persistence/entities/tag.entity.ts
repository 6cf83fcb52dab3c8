import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import type { TagRecord } from '../../domain/records.ts';
import { managed, managedRow, toManaged } from './managed.ts';

export const TagEntity = defineEntity({
  name: 'Tag',
  properties: {
    name: p.text().primary(),
    description: p.text().nullable(),
    ...managed,
  },
});

export function toTag(row: InferEntity<typeof TagEntity>): TagRecord {
  return {
    name: row.name,
    ...(row.description != null && { description: row.description }),
    ...toManaged(row),
  };
}

export function tagRow(tag: TagRecord) {
  return { ...tag, description: tag.description ?? null, ...managedRow(tag) };
}

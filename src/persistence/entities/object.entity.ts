import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import type { ObjectRecord } from '../../domain/records.ts';
import type { JsonObject } from '../../sdk/index.ts';
import { epoch, json } from './columns.ts';
import { managed, managedRow, toManaged } from './managed.ts';

export const ObjectEntity = defineEntity({
  name: 'Object',
  properties: {
    type: p.text().primary(),
    key: p.text().primary(),
    name: p.text(),
    enabled: p.boolean(),
    tags: json<readonly string[]>(),
    settings: json<JsonObject>(),
    ...managed,
    changedAt: epoch().default(0),
  },
});

export function toObject(row: InferEntity<typeof ObjectEntity>): ObjectRecord {
  return {
    type: row.type,
    key: row.key,
    name: row.name,
    enabled: row.enabled,
    tags: row.tags,
    settings: row.settings,
    ...toManaged(row),
    changedAt: row.changedAt,
  };
}

export function objectRow(object: ObjectRecord) {
  return { ...object, ...managedRow(object) };
}

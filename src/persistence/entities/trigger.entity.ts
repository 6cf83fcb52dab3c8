import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import type { TriggerRecord } from '../../domain/records.ts';
import type { JsonObject } from '../../sdk/index.ts';
import { json } from './columns.ts';
import { managed, managedRow, toManaged } from './managed.ts';

export const TriggerEntity = defineEntity({
  name: 'Trigger',
  properties: {
    id: p.text().primary(),
    enabled: p.boolean(),
    event: p.text(),
    object: p.text().nullable(),
    tag: p.text().nullable(),
    filter: json<JsonObject>().nullable(),
    task: p.text(),
    ...managed,
  },
});

export function toTrigger(row: InferEntity<typeof TriggerEntity>): TriggerRecord {
  return {
    id: row.id,
    enabled: row.enabled,
    event: row.event,
    ...(row.object != null && { object: row.object }),
    ...(row.tag != null && { tag: row.tag }),
    ...(row.filter != null && { filter: row.filter }),
    task: row.task,
    ...toManaged(row),
  };
}

export function triggerRow(trigger: TriggerRecord) {
  return {
    ...trigger,
    ...managedRow(trigger),
    object: trigger.object ?? null,
    tag: trigger.tag ?? null,
    filter: trigger.filter ?? null,
  };
}

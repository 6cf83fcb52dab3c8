import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import type { TaskRecord } from '../../domain/records.ts';
import type { JsonObject } from '../../sdk/index.ts';
import { json } from './columns.ts';
import { managed, managedRow, toManaged } from './managed.ts';

export const TaskEntity = defineEntity({
  name: 'Task',
  properties: {
    id: p.text().primary(),
    name: p.text(),
    description: p.text().nullable(),
    enabled: p.boolean(),
    deleteAfterRunning: p.boolean(),
    action: p.text(),
    /** One of the two. */
    targetObject: p.text().nullable(),
    targetTag: p.text().nullable(),
    settings: json<JsonObject>(),
    spent: p.boolean(),
    ...managed,
  },
});

export function toTask(row: InferEntity<typeof TaskEntity>): TaskRecord {
  return {
    id: row.id,
    name: row.name,
    ...(row.description != null && { description: row.description }),
    enabled: row.enabled,
    deleteAfterRunning: row.deleteAfterRunning,
    action: row.action,
    target: row.targetTag != null ? { tag: row.targetTag } : { object: row.targetObject ?? '' },
    settings: row.settings,
    spent: row.spent,
    ...toManaged(row),
  };
}

export function taskRow({ target, ...task }: TaskRecord) {
  return {
    ...task,
    ...managedRow(task),
    description: task.description ?? null,
    targetObject: 'object' in target ? target.object : null,
    targetTag: 'tag' in target ? target.tag : null,
  };
}

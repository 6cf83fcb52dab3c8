import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import type { RunRecord, RunState } from '../../domain/records.ts';
import type { JsonObject } from '../../sdk/index.ts';
import { epoch, json } from './columns.ts';

export const RunEntity = defineEntity({
  name: 'Run',
  properties: {
    id: p.text().primary(),
    eventId: p.text(),
    taskId: p.text(),
    taskName: p.text(),
    triggerId: p.text().nullable(),
    action: p.text(),
    target: p.text(),
    input: json<JsonObject>(),
    state: p.text().$type<RunState>(),
    reason: p.text().nullable(),
    attempts: p.integer(),
    dueAt: epoch(),
    createdAt: epoch(),
    startedAt: epoch().nullable(),
    finishedAt: epoch().nullable(),
  },
  // Most runs have succeeded and are only read by id, event, task or target: the other indexes leave them out, so
  // that they stay small and a run costs them nothing once it is done.
  indexes: [
    { name: 'run_event', properties: ['eventId'] },
    { name: 'run_task', properties: ['taskId', 'id'] },
    { name: 'run_target', properties: ['target', 'id'] },
    { name: 'run_pending', properties: ['target', 'dueAt', 'id'], where: `state = 'pending'` },
    { name: 'run_due', properties: ['dueAt', 'target'], where: `state = 'pending'` },
    { name: 'run_held', properties: ['target', 'dueAt', 'id'], where: `state = 'held'` },
    { name: 'run_state', properties: ['state', 'id'], where: `state <> 'succeeded'` },
  ],
});

export function toRun(row: InferEntity<typeof RunEntity>): RunRecord {
  return {
    id: row.id,
    eventId: row.eventId,
    taskId: row.taskId,
    taskName: row.taskName,
    ...(row.triggerId != null && { triggerId: row.triggerId }),
    action: row.action,
    target: row.target,
    input: row.input,
    state: row.state,
    ...(row.reason != null && { reason: row.reason }),
    attempts: row.attempts,
    dueAt: row.dueAt,
    createdAt: row.createdAt,
    ...(row.startedAt != null && { startedAt: row.startedAt }),
    ...(row.finishedAt != null && { finishedAt: row.finishedAt }),
  };
}

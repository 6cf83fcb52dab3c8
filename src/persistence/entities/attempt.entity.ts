import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import type { AttemptOutcome, AttemptRecord } from '../../domain/records.ts';
import type { JsonValue } from '../../sdk/index.ts';
import { epoch, json } from './columns.ts';

export const AttemptEntity = defineEntity({
  name: 'Attempt',
  properties: {
    runId: p.text().primary(),
    number: p.integer().primary().autoincrement(false),
    startedAt: epoch(),
    durationMs: epoch(),
    outcome: p.text().$type<AttemptOutcome>(),
    error: p.text().nullable(),
    sent: json<JsonValue>().nullable(),
    received: json<JsonValue>().nullable(),
    result: json<JsonValue>().nullable(),
  },
});

export function toAttempt(row: InferEntity<typeof AttemptEntity>): AttemptRecord {
  return {
    runId: row.runId,
    number: row.number,
    startedAt: row.startedAt,
    durationMs: row.durationMs,
    outcome: row.outcome,
    ...(row.error != null && { error: row.error }),
    // Here null is a JSON value; an empty column is undefined.
    ...(row.sent !== undefined && { sent: row.sent }),
    ...(row.received !== undefined && { received: row.received }),
    ...(row.result !== undefined && { result: row.result }),
  };
}

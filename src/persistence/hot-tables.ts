import { actorText, type AuditRecord } from '../domain/audit.ts';
import type { AttemptRecord, EventRecord, ObjectRecord, ObjectState, RunRecord } from '../domain/records.ts';
import type { JsonValue } from '../sdk/index.ts';

/*
 * The tables that an event touches are written without MikroORM, whose `insertMany` takes several times as
 * long. Here is how a record becomes a row of them; the conformance suite holds it against the entities.
 */

/** What both drivers can bind. */
export type Value = string | number | null;

/** As PostgreSQL calls it. */
export type ColumnType = 'text' | 'bigint' | 'bool' | 'json';

export interface HotTable<R> {
  readonly name: string;
  readonly columns: readonly (readonly [name: string, type: ColumnType])[];
  /** Appends the values of one row in the order of the columns. */
  readonly append: (row: Value[], record: R) => void;
}

export const eventTable: HotTable<EventRecord> = {
  name: 'event',
  columns: [
    ['id', 'text'],
    ['source', 'text'],
    ['source_id', 'text'],
    ['type', 'text'],
    ['object', 'text'],
    ['time', 'bigint'],
    ['received_at', 'bigint'],
    ['data', 'json'],
    ['caused_by', 'text'],
    ['depth', 'bigint'],
  ],
  append(row, event) {
    row.push(
      event.id,
      event.source,
      event.sourceId ?? null,
      event.type,
      event.object ?? null,
      event.time,
      event.receivedAt,
      JSON.stringify(event.data),
      event.causedBy ?? null,
      event.depth,
    );
  },
};

export const runTable: HotTable<RunRecord> = {
  name: 'run',
  columns: [
    ['id', 'text'],
    ['event_id', 'text'],
    ['task_id', 'text'],
    ['task_name', 'text'],
    ['trigger_id', 'text'],
    ['action', 'text'],
    ['target', 'text'],
    ['input', 'json'],
    ['state', 'text'],
    ['reason', 'text'],
    ['attempts', 'bigint'],
    ['due_at', 'bigint'],
    ['created_at', 'bigint'],
    ['started_at', 'bigint'],
    ['finished_at', 'bigint'],
  ],
  append(row, run) {
    row.push(
      run.id,
      run.eventId,
      run.taskId,
      run.taskName,
      run.triggerId ?? null,
      run.action,
      run.target,
      JSON.stringify(run.input),
      run.state,
      run.reason ?? null,
      run.attempts,
      run.dueAt,
      run.createdAt,
      run.startedAt ?? null,
      run.finishedAt ?? null,
    );
  },
};

export const attemptTable: HotTable<AttemptRecord> = {
  name: 'attempt',
  columns: [
    ['run_id', 'text'],
    ['number', 'bigint'],
    ['started_at', 'bigint'],
    ['duration_ms', 'bigint'],
    ['outcome', 'text'],
    ['error', 'text'],
    ['sent', 'json'],
    ['received', 'json'],
    ['result', 'json'],
  ],
  append(row, attempt) {
    row.push(
      attempt.runId,
      attempt.number,
      attempt.startedAt,
      Math.round(attempt.durationMs),
      attempt.outcome,
      attempt.error ?? null,
      optionalJson(attempt.sent),
      optionalJson(attempt.received),
      optionalJson(attempt.result),
    );
  },
};

/** For objects that events name first; people's go through MikroORM. */
export const objectTable: HotTable<ObjectRecord> = {
  name: 'object',
  columns: [
    ['type', 'text'],
    ['key', 'text'],
    ['name', 'text'],
    ['enabled', 'bool'],
    ['tags', 'json'],
    ['settings', 'json'],
    ['managed_by', 'text'],
    ['changed_by_hand_at', 'bigint'],
    ['created_at', 'bigint'],
    ['updated_at', 'bigint'],
    ['changed_at', 'bigint'],
  ],
  append(row, object) {
    row.push(
      object.type,
      object.key,
      object.name,
      Number(object.enabled),
      JSON.stringify(object.tags),
      JSON.stringify(object.settings),
      object.managedBy,
      object.changedByHandAt ?? null,
      object.createdAt,
      object.updatedAt,
      object.changedAt,
    );
  },
};

export const objectStateTable: HotTable<ObjectState> = {
  name: 'object_state',
  columns: [
    ['type', 'text'],
    ['key', 'text'],
    ['state', 'json'],
    ['at', 'bigint'],
  ],
  append(row, { type, key, state, at }) {
    row.push(type, key, JSON.stringify(state), at);
  },
};

/** As many rows as a configuration has resources. */
export const auditTable: HotTable<AuditRecord> = {
  name: 'audit',
  columns: [
    ['id', 'text'],
    ['time', 'bigint'],
    ['actor', 'text'],
    ['actor_id', 'text'],
    ['session', 'text'],
    ['action', 'text'],
    ['kind', 'text'],
    ['resource', 'text'],
    ['name', 'text'],
    ['before', 'json'],
    ['after', 'json'],
    ['changed', 'json'],
    ['details', 'json'],
    ['request_id', 'text'],
    ['address', 'text'],
    ['caused_by', 'text'],
    ['depth', 'bigint'],
  ],
  append(row, entry) {
    row.push(
      entry.id,
      entry.time,
      actorText(entry.actor),
      entry.actor.id ?? null,
      entry.actor.session ?? null,
      entry.action,
      entry.kind,
      entry.resource ?? null,
      entry.name ?? null,
      optionalJson(entry.before),
      optionalJson(entry.after),
      optionalJson(entry.changed && [...entry.changed]),
      optionalJson(entry.details),
      entry.requestId ?? null,
      entry.address ?? null,
      entry.causedBy?.id ?? null,
      entry.causedBy?.depth ?? null,
    );
  },
};

function optionalJson(value: JsonValue | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

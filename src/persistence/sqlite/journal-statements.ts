import type { AttemptRecord, EventRecord, RunRecord } from '../../domain/records.ts';
import type { DirectoryChange, Settlement } from '../../kernel/ports.ts';
import {
  attemptTable,
  eventTable,
  objectStateTable,
  objectTable,
  runTable,
  type HotTable,
  type Value,
} from '../hot-tables.ts';
import { BulkInsert } from './bulk-insert.ts';
import type { SqliteHandle } from './sqlite-handle.ts';

/** What the journal says to SQLite, prepared once for each connection. */
export class JournalStatements {
  readonly #events;
  readonly #runs;
  readonly #attempts;
  readonly #objects;
  readonly #putState;
  readonly #insertEvent;
  readonly #findEvent;
  readonly #spendTask;
  readonly #settleRun;
  readonly #countAttempt;

  constructor(handle: SqliteHandle) {
    this.#events = new BulkInsert(handle, eventTable, 'fail');
    this.#runs = new BulkInsert(handle, runTable, 'fail');
    this.#attempts = new BulkInsert(handle, attemptTable, 'ignore');
    this.#objects = new BulkInsert(handle, objectTable, 'ignore');
    this.#putState = handle.prepare<Value[]>(
      `${insertSql(objectStateTable)}
       on conflict (type, key) do update set state = excluded.state, at = excluded.at`,
    );
    this.#insertEvent = handle.prepare<Value[]>(
      `${insertSql(eventTable)}
       on conflict (source, source_id) where source_id is not null do nothing`,
    );
    this.#findEvent = handle
      .prepare<[string, string], string>('select id from event where source = ? and source_id = ?')
      .pluck();
    this.#spendTask = handle.prepare<[string]>('update task set spent = 1 where id = ?');
    this.#settleRun = handle.prepare<Value[]>(
      `update run set state = ?, reason = ?, attempts = ?, due_at = ?,
         started_at = coalesce(?, started_at), finished_at = ?
       where id = ? and state in ('pending', 'running')`,
    );
    this.#countAttempt = handle.prepare<[number, string]>(
      'update run set attempts = max(attempts, ?) where id = ?',
    );
  }

  /** Gives the ids under which the events are stored: their own, or that of the same event stored before. */
  insertEvents(events: readonly EventRecord[]): readonly string[] {
    // Only an event with an id of its sender's can be there already.
    this.#events.insert(events.filter(({ sourceId }) => sourceId === undefined));
    return events.map((event) => {
      if (event.sourceId === undefined) return event.id;
      const values: Value[] = [];
      eventTable.append(values, event);
      if (this.#insertEvent.run(...values).changes === 1) return event.id;
      return this.#findEvent.get(event.source, event.sourceId) ?? event.id;
    });
  }

  insertRuns(runs: readonly RunRecord[]): void {
    this.#runs.insert(runs);
  }

  insertAttempts(attempts: readonly AttemptRecord[]): void {
    this.#attempts.insert(attempts);
  }

  spendTasks(ids: readonly string[]): void {
    for (const id of ids) this.#spendTask.run(id);
  }

  noteObjects({ registered, states }: DirectoryChange): void {
    this.#objects.insert(registered);
    for (const state of states) {
      const values: Value[] = [];
      objectStateTable.append(values, state);
      this.#putState.run(...values);
    }
  }

  settleRun(settlement: Settlement): void {
    const { runId, state, reason, attempts, dueAt, startedAt, finishedAt, attempt } = settlement;
    const { changes } = this.#settleRun.run(
      state,
      reason ?? null,
      attempts,
      dueAt,
      startedAt ?? null,
      finishedAt ?? null,
      runId,
    );
    // It ended meanwhile. Its next attempt, if a person asks for one, must not take the number of this one.
    if (changes === 0 && attempt) this.#countAttempt.run(attempt.number, runId);
  }
}

function insertSql({ name, columns }: HotTable<never>): string {
  return `insert into ${name} (${columns.map(([column]) => column).join(', ')})
    values (${columns.map(() => '?').join(', ')})`;
}

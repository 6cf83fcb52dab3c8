import type { EventRecord } from '../../domain/records.ts';
import type { Commit, JournalPort, Plan, Settlement } from '../../kernel/ports.ts';
import { JournalStatements } from './journal-statements.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import type { SqliteHandle } from './sqlite-handle.ts';

/** The journal in prepared statements: every event passes here twice. */
export class SqliteJournal implements JournalPort {
  readonly #prepared = new WeakMap<SqliteHandle, JournalStatements>();

  constructor(private readonly database: SqliteDatabase) {}

  commit(events: readonly EventRecord[], plan: (events: readonly EventRecord[]) => Plan): Promise<Commit> {
    return this.database.exclusively((handle) => {
      const statements = this.#statements(handle);
      const ids = statements.insertEvents(events);
      const planned = plan(events.filter((event, index) => event.id === ids[index]));
      statements.insertRuns(planned.runs);
      statements.spendTasks(planned.spentTasks);
      if (planned.directory) statements.noteObjects(planned.directory);
      const results = ids.map((id, index) => ({ id, duplicate: id !== events[index]?.id }));
      return { ...planned, events: results };
    });
  }

  settle(settlements: readonly Settlement[]): Promise<void> {
    return this.database.exclusively((handle) => {
      const statements = this.#statements(handle);
      for (const settlement of settlements) statements.settleRun(settlement);
      statements.insertAttempts(settlements.flatMap(({ attempt }) => attempt ?? []));
    });
  }

  #statements(handle: SqliteHandle): JournalStatements {
    let statements = this.#prepared.get(handle);
    if (!statements) {
      statements = new JournalStatements(handle);
      this.#prepared.set(handle, statements);
    }
    return statements;
  }
}

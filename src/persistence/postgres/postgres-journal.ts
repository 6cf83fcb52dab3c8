import type { EventRecord } from '../../domain/records.ts';
import type { Commit, JournalPort, Plan, Settlement } from '../../kernel/ports.ts';
import { attemptTable, runTable } from '../hot-tables.ts';
import { columnar, insertSql } from './columnar.ts';
import type { PostgresClient } from './postgres-client.ts';
import type { PostgresDatabase } from './postgres-database.ts';
import { settleRuns } from './settle-runs.ts';
import { storedIds } from './stored-ids.ts';

const insertRuns = insertSql(runTable);
const insertAttempts = `${insertSql(attemptTable)} on conflict do nothing`;

/** The journal in statements of many rows each. */
export class PostgresJournal implements JournalPort {
  constructor(private readonly database: PostgresDatabase) {}

  commit(events: readonly EventRecord[], plan: (events: readonly EventRecord[]) => Plan): Promise<Commit> {
    return this.database.transaction(async (client) => {
      const ids = await storedIds(client, events);
      const { runs, spentTasks } = plan(events.filter((event, index) => event.id === ids[index]));
      if (runs.length > 0) await client.query({ text: insertRuns, values: columnar(runTable, runs) });
      if (spentTasks.length > 0) await spend(client, spentTasks);
      const results = ids.map((id, index) => ({ id, duplicate: id !== events[index]?.id }));
      return { events: results, runs, spentTasks };
    });
  }

  settle(settlements: readonly Settlement[]): Promise<void> {
    return this.database.transaction(async (client) => {
      await settleRuns(client, settlements);
      const attempts = settlements.flatMap(({ attempt }) => attempt ?? []);
      if (attempts.length > 0)
        await client.query({ text: insertAttempts, values: columnar(attemptTable, attempts) });
    });
  }
}

async function spend(client: PostgresClient, tasks: readonly string[]): Promise<void> {
  await client.query({ text: 'update task set spent = true where id = any($1::text[])', values: [tasks] });
}

import type { EventRecord } from '../../domain/records.ts';
import type { Commit, DirectoryChange, JournalPort, Plan, Settlement } from '../../kernel/ports.ts';
import { attemptTable, objectStateTable, objectTable, runTable } from '../hot-tables.ts';
import { columnar, insertSql } from './columnar.ts';
import type { PostgresClient } from './postgres-client.ts';
import type { PostgresDatabase } from './postgres-database.ts';
import { settleRuns } from './settle-runs.ts';
import { storedIds } from './stored-ids.ts';

const insertRuns = insertSql(runTable);
const insertObjects = `${insertSql(objectTable)} on conflict do nothing`;
const putStates = `${insertSql(objectStateTable)}
  on conflict (type, key) do update set state = excluded.state, at = excluded.at`;
const insertAttempts = `${insertSql(attemptTable)} on conflict do nothing`;

/** The journal in statements of many rows each. */
export class PostgresJournal implements JournalPort {
  constructor(private readonly database: PostgresDatabase) {}

  commit(events: readonly EventRecord[], plan: (events: readonly EventRecord[]) => Plan): Promise<Commit> {
    return this.database.transaction(async (client) => {
      const ids = await storedIds(client, events);
      const planned = plan(events.filter((event, index) => event.id === ids[index]));
      const { runs, spentTasks, directory } = planned;
      if (runs.length > 0) await client.query({ text: insertRuns, values: columnar(runTable, runs) });
      if (spentTasks.length > 0) await spend(client, spentTasks);
      if (directory) await noteObjects(client, directory);
      const results = ids.map((id, index) => ({ id, duplicate: id !== events[index]?.id }));
      return { ...planned, events: results };
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

async function noteObjects(client: PostgresClient, { registered, states }: DirectoryChange): Promise<void> {
  if (registered.length > 0)
    await client.query({ text: insertObjects, values: columnar(objectTable, registered) });
  if (states.length > 0) await client.query({ text: putStates, values: columnar(objectStateTable, states) });
}

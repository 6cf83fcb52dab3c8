import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { event, run } from '../../test/contract/persistence/records.ts';
import { walkRuns } from './run-walk.ts';
import { SqliteDatabase } from './sqlite/sqlite-database.ts';
import { SqliteJournal } from './sqlite/sqlite-journal.ts';

it('gives up after a while, and goes on from there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-walk-'));
  const database = await SqliteDatabase.open(join(folder, 'signalbox.db'));
  const runs = Array.from({ length: 9 }, (_, i) => run({ taskName: i % 4 === 0 ? 'wanted' : 'other' }));
  await new SqliteJournal(database).commit([event()], () => ({ runs, spentTasks: [] }));

  const impatient = { stretch: 2, patienceMs: 0 };
  const pages: number[][] = [];
  let cursor: string | undefined;
  do {
    const query = { search: 'wanted', limit: 5, ...(cursor !== undefined && { cursor }) };
    const { items, next } = await walkRuns(database, query, impatient);
    pages.push(items.map(({ id }) => runs.findIndex((one) => one.id === id)));
    cursor = next;
  } while (cursor !== undefined);
  expect(pages).toEqual([[8], [], [4], [], [0]]);

  const patient = { stretch: 2, patienceMs: 60_000 };
  expect((await walkRuns(database, { search: 'wanted', limit: 5 }, patient)).items).toHaveLength(3);
  const { items, next } = await walkRuns(database, { search: 'wanted', limit: 2 }, patient);
  expect([items.map(({ id }) => id), next]).toEqual([[runs[8]?.id, runs[4]?.id], runs[4]?.id]);
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

import { describe, expect, it } from '@jest/globals';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { History } from '../../../src/persistence/history.ts';
import { ResourceStore } from '../../../src/persistence/resource-store.ts';
import { SqliteDatabase } from '../../../src/persistence/sqlite/sqlite-database.ts';
import type { SqliteHandle } from '../../../src/persistence/sqlite/sqlite-handle.ts';
import { SqliteJournal } from '../../../src/persistence/sqlite/sqlite-journal.ts';
import { temporaryFolder } from './backend.ts';
import { event, noRuns, oneRun, planning, settlement, task } from './records.ts';

const unavailable = { code: 'STORAGE_UNAVAILABLE' };

/** A disk that fails and is well again. */
export function sqliteFaultSuite(): void {
  describe('faults', () => {
    it('stores nothing while the disk is full, and goes on by itself when there is room again', async () => {
      await using opened = await openDatabase();
      const { database, journal, resources, history } = opened;
      const { runs } = await journal.commit([event()], planning());
      await limitPages(database, 'as they are');
      const big = event({ data: 'x'.repeat(100_000), sourceId: 'big' });
      for (let tries = 0; tries < 3; tries++) {
        const full = { ...unavailable, retryAfter: 5, message: expect.stringContaining('SQLITE_FULL') };
        await expect(journal.commit([event(), big], planning(oneRun))).rejects.toMatchObject(full);
        const settings = { text: 'x'.repeat(100_000) };
        await expect(
          resources.apply([
            { kind: 'task', put: task({ id: 'small' }) },
            { kind: 'task', put: task({ id: 'big', settings }) },
          ]),
        ).rejects.toMatchObject(full);
        const attempt = {
          runId: runs[0]!.id,
          number: 1,
          startedAt: 1,
          durationMs: 1,
          outcome: 'succeeded',
        } as const;
        await expect(
          journal.settle([settlement(runs[0]!, { attempt: { ...attempt, sent: 'x'.repeat(100_000) } })]),
        ).rejects.toMatchObject(full);
      }
      expect((await history.events({ limit: 10 })).items).toHaveLength(1);
      expect(await history.run(runs[0]!.id)).toEqual(runs[0]);
      await limitPages(database, 'without end');
      const { events } = await journal.commit([big], planning());
      expect(events).toEqual([{ id: big.id, duplicate: false }]);
      await resources.apply([{ kind: 'task', put: task() }]);
      expect((await resources.load()).tasks).toEqual([task()]);
      await expect(database.ping()).resolves.toBeUndefined();
    });

    it('opens the file anew when the connection stays broken', async () => {
      await using opened = await openDatabase();
      const { database, journal, history } = opened;
      const kept = event();
      await journal.commit([kept], noRuns);
      const broken = await handleOf(database);
      broken.close();
      const outcomes = await inTurn(5, () => journal.commit([event()], noRuns));
      expect(outcomes[0]).toMatchObject(unavailable);
      expect(outcomes.at(-1)).toMatchObject({ events: [{ duplicate: false }] });
      expect(await history.event(kept.id)).toEqual(kept);
      const renewed = await handleOf(database);
      expect(renewed).not.toBe(broken);
      expect(renewed.pragma('synchronous', { simple: true })).toBe(2);
    });

    it('comes back for reading and for admin work, too', async () => {
      await using opened = await openDatabase();
      const { database, resources, history } = opened;
      (await handleOf(database)).close();
      const reads = await inTurn(5, () => history.events({ limit: 1 }));
      expect(reads[0]).toMatchObject(unavailable);
      expect(reads.at(-1)).toEqual({ items: [] });
      (await handleOf(database)).close();
      const writes = await inTurn(5, () => resources.apply([{ kind: 'task', put: task() }]));
      expect(writes[0]).toMatchObject(unavailable);
      expect(writes.at(-1)).toBeUndefined();
      expect((await resources.load()).tasks).toEqual([task()]);
    });

    it('brings the log of a file that it has opened anew to the disk before anybody reads', async () => {
      await using opened = await openDatabase();
      const { database, journal, history, file } = opened;
      await journal.commit([event()], noRuns);
      // As long as it is there, nobody else clears the log away.
      const other = await otherConnection(file);
      try {
        other.exec('select * from event');
        (await handleOf(database)).close();
        expect((await stat(`${file}-wal`)).size).toBeGreaterThan(0);
        const reads = await inTurn(5, () => history.events({ limit: 1 }));
        expect(reads.at(-1)).toMatchObject({ items: [{}] });
        expect((await stat(`${file}-wal`)).size).toBe(0);
      } finally {
        other.close();
      }
    });

    it('waits for another program that writes, but not for ever', async () => {
      await using opened = await openDatabase();
      const { journal, file } = opened;
      const other = await otherConnection(file);
      try {
        other.exec('begin immediate');
        const busy = { ...unavailable, retryAfter: 1, message: expect.stringContaining('SQLITE_BUSY') };
        await expect(journal.commit([event()], noRuns)).rejects.toMatchObject(busy);
        other.exec('rollback');
        await expect(journal.commit([event()], noRuns)).resolves.toMatchObject({ runs: [] });
      } finally {
        other.close();
      }
    });

    it('says that it is not well while writing fails, although reading works', async () => {
      await using opened = await openDatabase();
      const { database, journal, file } = opened;
      const other = await otherConnection(file);
      try {
        other.exec('begin immediate');
        await expect(journal.commit([event()], noRuns)).rejects.toMatchObject(unavailable);
        await expect(database.ping()).rejects.toMatchObject(unavailable);
        other.exec('rollback');
        await expect(database.ping()).resolves.toBeUndefined();
      } finally {
        other.close();
      }
    });

    it('undoes a transaction that something left open', async () => {
      await using opened = await openDatabase();
      const { database, journal, history } = opened;
      const handle = await handleOf(database);
      handle.exec(`begin; insert into tag values ('left/over', null, 'api', 1, 1, null)`);
      await journal.commit([event()], noRuns);
      expect(handle.inTransaction).toBe(false);
      expect(handle.prepare('select count(*) from tag').pluck().get()).toBe(0);
      expect((await history.events({ limit: 10 })).items).toHaveLength(1);
    });
  });
}

async function openDatabase() {
  const folder = await temporaryFolder();
  const file = join(folder.path, 'signalbox.db');
  const database = await SqliteDatabase.open(file);
  return {
    file,
    database,
    journal: new SqliteJournal(database),
    resources: new ResourceStore(database),
    history: new History(database),
    async [Symbol.asyncDispose]() {
      await database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function handleOf(database: SqliteDatabase): Promise<SqliteHandle> {
  let found: SqliteHandle | undefined;
  return database
    .exclusively((handle) => {
      found = handle;
    })
    .then(() => found!);
}

/** What stands in for a disk with a size of its own. */
async function limitPages(database: SqliteDatabase, limit: 'as they are' | 'without end'): Promise<void> {
  const handle = await handleOf(database);
  const pages = Number(handle.pragma('page_count', { simple: true }));
  handle.pragma(`max_page_count = ${limit === 'as they are' ? pages : 1_000_000}`);
}

/** A second connection to the file, as another program would have. */
async function otherConnection(file: string): Promise<SqliteHandle> {
  const { default: Database } = await import('better-sqlite3');
  return new Database(file);
}

/** The results or errors of so many tries, one after another. */
async function inTurn(count: number, work: () => Promise<unknown>): Promise<readonly unknown[]> {
  const outcomes: unknown[] = [];
  for (let tries = 0; tries < count; tries++) outcomes.push(await work().catch((error: unknown) => error));
  return outcomes;
}

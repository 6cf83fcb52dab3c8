import { describe, expect, it } from '@jest/globals';
import { openStore } from '../../../src/persistence/store.ts';
import type { KernelLogger } from '../../../src/kernel/logger.ts';
import type { Backend } from './backend.ts';
import { cutOff, execute, inPossession } from './postgres-session.ts';
import { event, noRuns, planning, task } from './records.ts';

const unavailable = { code: 'STORAGE_UNAVAILABLE' };
const inUse = { ...unavailable, message: expect.stringContaining('in use by another Signalbox process') };

/** A server that goes away and comes back. */
export function postgresFaultSuite(backend: Backend): void {
  describe('faults', () => {
    it('recovers from lost connections, however often they are lost', async () => {
      await using database = await backend.create();
      const store = await database.open();
      // More often than the pool has connections: none may be lost for good.
      for (let round = 0; round < 12; round++) {
        const blocked = await cutOff(database.url, () => [
          store.journal.commit([event()], planning()),
          store.resources.apply([{ kind: 'task', put: task() }]),
        ]);
        for (const each of blocked) expect(each).toMatchObject({ status: 'rejected', reason: unavailable });
      }
      await untilWell(() => store.journal.commit([event()], noRuns));
      await store.resources.apply([{ kind: 'task', put: task() }]);
      expect((await store.history.events({ limit: 10 })).items).toHaveLength(1);
      expect((await store.history.runs({ limit: 10 })).items).toEqual([]);
      await expect(store.health.ping()).resolves.toBeUndefined();
      await store.close();
    });

    it('says so when the server does not answer', async () => {
      const opening = openStore({ url: 'postgresql://nobody@127.0.0.1:1/nothing', dataDir: 'unused' });
      await expect(opening).rejects.toMatchObject({
        ...unavailable,
        message:
          'no PostgreSQL answers at 127.0.0.1:1 (ECONNREFUSED): start it, or correct the address in store.url',
      });
    });

    it('says which database is missing and how it is made', async () => {
      await using database = await backend.create();
      const url = new URL(database.url);
      url.pathname = '/signalbox_not_there';
      const opening = openStore({ url: url.href, dataDir: 'unused' });
      const message =
        /^there is no database signalbox_not_there at \S+: create it with createdb signalbox_not_there$/;
      await expect(opening).rejects.toMatchObject({
        ...unavailable,
        message: expect.stringMatching(message),
      });
    });

    it('is refused to all but one process, and free again when that has closed', async () => {
      await using database = await backend.create();
      // While there are no tables yet, too.
      const openings = await Promise.allSettled([database.open(), database.open(), database.open()]);
      const [first, ...others] = openings.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
      expect(others).toEqual([]);
      const refusals = openings.filter(({ status }) => status === 'rejected');
      expect(refusals).toMatchObject([{ reason: inUse }, { reason: inUse }]);
      await first!.journal.commit([event()], planning());
      await first!.close();
      const second = await database.open();
      expect((await second.history.events({ limit: 10 })).items).toHaveLength(1);
      await second.close();
    });

    it('keeps others out after all of its connections were lost', async () => {
      await using database = await backend.create();
      const store = await database.open();
      const others = `pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
      for (let round = 0; round < 3; round++) {
        await execute(database.url, `select pg_terminate_backend(pid) from ${others}`);
        await untilWell(() => store.journal.commit([event()], noRuns));
        await expect(database.open()).rejects.toMatchObject(inUse);
      }
      await store.close();
    });

    it('writes nothing while another process has taken its place, and goes on when that has gone', async () => {
      await using database = await backend.create();
      const logged: unknown[] = [];
      const store = await openStore({ url: database.url, dataDir: 'unused', logger: errorsTo(logged) });
      await store.journal.commit([event()], noRuns);
      await inPossession(database.url, async () => {
        await expect(store.journal.commit([event()], noRuns)).rejects.toMatchObject(inUse);
        await expect(store.resources.apply([{ kind: 'task', put: task() }])).rejects.toMatchObject(inUse);
        await expect(store.health.ping()).rejects.toMatchObject(inUse);
        expect((await store.history.events({ limit: 10 })).items).toHaveLength(1);
      });
      await untilWell(() => store.journal.commit([event()], noRuns));
      expect((await store.history.events({ limit: 10 })).items).toHaveLength(2);
      expect(logged).toContainEqual({ err: expect.objectContaining(inUse) });
      await store.close();
    });
  });
}

async function untilWell(work: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    try {
      await work();
      return;
    } catch (error) {
      expect(error).toMatchObject(unavailable);
    }
  }
  throw new Error('the store did not recover');
}

function errorsTo(list: unknown[]): KernelLogger {
  const ignore = () => undefined;
  const error = (fields: object) => list.push(fields);
  return { debug: ignore, info: ignore, warn: ignore, error, child: () => errorsTo(list) };
}

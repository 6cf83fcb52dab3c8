import { describe, expect, it } from '@jest/globals';
import { openStore } from '../../../src/persistence/store.ts';
import type { Backend } from './backend.ts';
import { cutOff } from './postgres-session.ts';
import { event, noRuns, planning, task } from './records.ts';

const unavailable = { code: 'STORAGE_UNAVAILABLE' };

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
      await expect(opening).rejects.toMatchObject(unavailable);
    });

    it('can be opened by several processes at once while there are no tables yet', async () => {
      await using database = await backend.create();
      const stores = await Promise.all([database.open(), database.open(), database.open()]);
      const same = stores.map(({ journal }) => journal.commit([event({ sourceId: 'one' })], planning()));
      const commits = await Promise.all(same);
      expect(new Set(commits.map(({ events }) => events[0]?.id)).size).toBe(1);
      expect(commits.flatMap(({ runs }) => runs)).toHaveLength(1);
      for (const store of stores) await store.close();
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

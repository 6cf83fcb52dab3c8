import { describe, expect, it } from '@jest/globals';
import type { Backend } from './backend.ts';
import { startCommitter } from './committer.ts';
import { event, noRuns, planning, task } from './records.ts';

/** Opening, closing, dying. */
export function lifeSuite(backend: Backend): void {
  describe('life', () => {
    it('keeps everything over a restart', async () => {
      await using database = await backend.create();
      const first = await database.open();
      const stored = event({ sourceId: 'kept' });
      const { runs } = await first.journal.commit([stored], planning());
      await first.resources.apply([{ kind: 'task', put: task() }]);
      await first.close();
      const second = await database.open();
      expect(await second.history.event(stored.id)).toEqual(stored);
      expect(await second.history.run(runs[0]!.id)).toEqual(runs[0]);
      expect((await second.resources.load()).tasks).toEqual([task()]);
      const { events } = await second.journal.commit([event({ sourceId: 'kept' })], noRuns);
      expect(events).toEqual([{ id: stored.id, duplicate: true }]);
      await second.close();
    });

    it('answers the question whether it is well', async () => {
      await using database = await backend.create();
      const store = await database.open();
      await expect(store.health.ping()).resolves.toBeUndefined();
      await store.close();
      await expect(store.health.ping()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    });

    it('finishes what was begun before it closes, takes nothing after, and closes twice', async () => {
      await using database = await backend.create();
      const store = await database.open();
      const events = Array.from({ length: 10 }, () => event());
      const commits = events.map((each) => store.journal.commit([each], planning()));
      const applied = store.resources.apply([{ kind: 'task', put: task() }]);
      const work = Promise.all([...commits, applied]);
      await store.close();
      await store.close();
      await expect(work).resolves.toHaveLength(11);
      await expect(store.journal.commit([event()], noRuns)).rejects.toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
      });
      const again = await database.open();
      expect((await again.history.events({ limit: 100 })).items).toHaveLength(10);
      expect((await again.resources.load()).tasks).toHaveLength(1);
      await again.close();
    });

    it('has everything that it said it had when it is killed', async () => {
      await using database = await backend.create();
      for (let round = 0; round < 3; round++) {
        await using committer = await startCommitter(database.url);
        const reported = await committer.killAfter(20);
        expect(reported.length).toBeGreaterThanOrEqual(20);
        const store = await database.open();
        for (const { event: id, run } of reported) {
          expect(await store.history.event(id)).toMatchObject({ id });
          expect(await store.history.run(run)).toMatchObject({ id: run, state: 'running' });
        }
        const interrupted = new Set((await store.queue.interrupted()).map(({ id }) => id));
        for (const { run } of reported) expect(interrupted.has(run)).toBe(true);
        await store.close();
      }
    });
  });
}

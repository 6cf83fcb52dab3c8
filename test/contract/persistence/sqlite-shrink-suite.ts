import { describe, expect, it } from '@jest/globals';
import { statSync } from 'node:fs';
import { freshStore, sqlite } from './backend.ts';
import { noRuns } from './records.ts';
import { big } from './retention-suite.ts';

export function sqliteShrinkSuite(): void {
  describe('file size', () => {
    it('goes down after rows were deleted, a little at a time', async () => {
      await using database = await sqlite.create();
      const size = () => statSync(database.url.slice('sqlite:'.length)).size;
      const filled = await database.open();
      await filled.journal.commit(big(200), noRuns);
      await filled.retention.prune('event', { after: '', limit: 200 });
      await filled.close();
      const full = size();
      expect(full).toBeGreaterThan(2_000_000);
      const first = await database.open();
      expect(await first.retention.shrink()).toBe(true);
      await first.close();
      expect(full - size()).toBe(64 * 4_096);
      const rest = await database.open();
      while (await rest.retention.shrink());
      await rest.close();
      expect(size()).toBeLessThan(300_000);
    });

    it('does not grow while as much is deleted as comes in', async () => {
      await using fresh = await freshStore(sqlite);
      const { journal, retention, history } = fresh.store;
      let after = '';
      for (let round = 0; round < 10; round++) {
        const events = big(100);
        await journal.commit(events, noRuns);
        after = (await retention.prune('event', { after, limit: 100 })).last;
        expect(after).toBe(events.at(-1)!.id);
      }
      expect((await history.events({ limit: 1 })).items).toEqual([]);
      let freed = 0;
      while (await retention.shrink()) freed++;
      // One round takes 100 × 3 pages.
      expect(freed).toBeLessThan(10);
    });
  });
}

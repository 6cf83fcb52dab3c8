import { describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { EventRecord, RunRecord, RunState } from '../../../src/domain/records.ts';
import type { Page } from '../../../src/kernel/ports.ts';
import type { Store } from '../../../src/persistence/store.ts';
import { freshStore, type Backend } from './backend.ts';
import { event, noRuns, run } from './records.ts';

/** What people and pages rely on when they look back. */
export function historySuite(backend: Backend): void {
  describe('history: events', () => {
    it('gives pages, newest first, each event once', async () => {
      await using fresh = await freshStore(backend);
      const events = Array.from({ length: 25 }, () => event());
      await fresh.store.journal.commit(events, noRuns);
      const pages = await all((cursor) =>
        fresh.store.history.events({ limit: 10, ...(cursor !== undefined && { cursor }) }),
      );
      expect(pages.map(({ length }) => length)).toEqual([10, 10, 5]);
      expect(pages.flat()).toEqual(events.toReversed());
    });

    it('names no following page when the last one is full', async () => {
      await using fresh = await freshStore(backend);
      await fresh.store.journal.commit([event(), event()], noRuns);
      expect((await fresh.store.history.events({ limit: 2 })).next).toBeUndefined();
    });

    it('finds by type, object, source and all of them', async () => {
      await using fresh = await freshStore(backend);
      const on = event({ type: 'vm.power_on', object: 'gpu-01', source: 'vms' });
      const off = event({ type: 'vm.power_off', object: 'gpu-01', source: 'vms' });
      const { object: _, ...system } = event({ type: 'system.startup', source: 'signalbox' });
      const sync = event({ type: 'sync.error', object: 'nightly', source: 'syncs' });
      await fresh.store.journal.commit([on, off, system, sync], noRuns);
      const find = async (query: object) => (await fresh.store.history.events({ limit: 10, ...query })).items;
      expect(await find({ type: 'vm.power_on' })).toEqual([on]);
      expect(await find({ object: 'gpu-01' })).toEqual([off, on]);
      expect(await find({ source: 'vms' })).toEqual([off, on]);
      expect(await find({ source: 'vms', type: 'vm.power_off', object: 'gpu-01' })).toEqual([off]);
      expect(await find({ type: 'vm.power_on', object: 'nightly' })).toEqual([]);
      expect(await find({ object: "it's ? \u0000" })).toEqual([]);
    });

    it('finds by the time of arrival, from (included) to (not included)', async () => {
      await using fresh = await freshStore(backend);
      const begin = Date.parse('2026-03-01T12:00:00Z');
      const events = [0, 1_000, 2_000, 86_400_000 * 40].map((after) => eventAt(begin + after));
      await fresh.store.journal.commit(events, noRuns);
      const find = async (query: object) => (await fresh.store.history.events({ limit: 10, ...query })).items;
      expect(await find({ from: begin + 1_000, to: begin + 2_000 })).toEqual([events[1]]);
      expect(await find({ from: begin + 1_000 })).toEqual([events[3], events[2], events[1]]);
      expect(await find({ to: begin + 1_000 })).toEqual([events[0]]);
      expect(await find({ from: begin, to: begin + 86_400_000, cursor: events[2]!.id })).toEqual([
        events[1],
        events[0],
      ]);
      expect(await find({ from: 0, to: 2 ** 50 })).toHaveLength(4);
    });

    it('finds by the time of arrival even when the clock was set back', async () => {
      await using fresh = await freshStore(backend);
      const hour = 3_600_000;
      const now = Date.now();
      // Ids go on from the later time; the clock says the earlier one.
      const odd = event({ id: uuidv7({ msecs: now }), receivedAt: now - 2 * hour });
      await fresh.store.journal.commit([odd], noRuns);
      const { items } = await fresh.store.history.events({ limit: 10, from: now - 3 * hour, to: now - hour });
      expect(items).toEqual([odd]);
    });

    it('knows no event that does not exist', async () => {
      await using fresh = await freshStore(backend);
      expect(await fresh.store.history.event('nothing')).toBeUndefined();
      expect(await fresh.store.history.event('\u0000')).toBeUndefined();
    });
  });

  describe('history: runs', () => {
    it('gives pages, newest first, each run once', async () => {
      await using fresh = await freshStore(backend);
      const runs = Array.from({ length: 12 }, () => run());
      await put(fresh.store, runs);
      const pages = await all((cursor) =>
        fresh.store.history.runs({ limit: 5, ...(cursor !== undefined && { cursor }) }),
      );
      expect(pages.map(({ length }) => length)).toEqual([5, 5, 2]);
      expect(pages.flat()).toEqual(runs.toReversed());
    });

    it('gives the runs of several states in one order, page by page', async () => {
      await using fresh = await freshStore(backend);
      const states: readonly RunState[] = ['failed', 'held', 'succeeded', 'pending', 'cancelled'];
      const runs = Array.from({ length: 30 }, (_, index) => run({ state: states[index % 5]! }));
      await put(fresh.store, runs);
      const wanted: readonly RunState[] = ['held', 'failed', 'succeeded', 'failed'];
      const pages = await all((cursor) =>
        fresh.store.history.runs({ limit: 4, states: wanted, ...(cursor !== undefined && { cursor }) }),
      );
      const expected = runs.filter(({ state }) => wanted.includes(state)).toReversed();
      expect(pages.flat()).toEqual(expected);
      expect(pages.map(({ length }) => length)).toEqual([4, 4, 4, 4, 2]);
      expect((await fresh.store.history.runs({ limit: 4, states: [] })).items).toEqual([]);
    });

    it('finds by task, target, event, state and time', async () => {
      await using fresh = await freshStore(backend);
      const cause = event();
      const old = Date.now() - 60_000;
      const a = run({ eventId: cause.id, taskId: 'a', target: 'webhook/a', state: 'failed' });
      const b = run({
        eventId: cause.id,
        taskId: 'b',
        target: 'webhook/a',
        id: uuidv7({ msecs: old }),
        createdAt: old,
      });
      const c = run({ taskId: 'a', target: 'webhook/c', state: 'succeeded' });
      await put(fresh.store, [a, b, c]);
      const find = async (query: object) => (await fresh.store.history.runs({ limit: 10, ...query })).items;
      expect(await find({ taskId: 'a' })).toEqual([c, a]);
      expect(await find({ target: 'webhook/a' })).toEqual([a, b]);
      expect(await find({ eventId: cause.id })).toEqual([a, b]);
      expect(await find({ taskId: 'a', states: ['failed'] })).toEqual([a]);
      expect(await find({ target: 'webhook/a', states: ['failed', 'pending'] })).toEqual([a, b]);
      expect(await find({ from: old, to: old + 1 })).toEqual([b]);
      expect(await find({ from: old + 1, target: 'webhook/a' })).toEqual([a]);
      expect(await find({ target: 'webhook/a\u0000' })).toEqual([]);
    });

    it('knows no run and no attempts of a run that does not exist', async () => {
      await using fresh = await freshStore(backend);
      expect(await fresh.store.history.run('nothing')).toBeUndefined();
      expect(await fresh.store.history.run('\u0000')).toBeUndefined();
      expect(await fresh.store.history.attempts('nothing')).toEqual([]);
    });
  });
}

function eventAt(time: number): EventRecord {
  return event({ id: uuidv7({ msecs: time }), time, receivedAt: time });
}

async function put({ journal }: Store, runs: readonly RunRecord[]): Promise<void> {
  await journal.commit([event()], () => ({ runs, spentTasks: [] }));
}

/** Every page, one after another. */
async function all<T>(page: (cursor: string | undefined) => Promise<Page<T>>): Promise<readonly T[][]> {
  const pages: T[][] = [];
  let cursor: string | undefined;
  do {
    const { items, next } = await page(cursor);
    pages.push([...items]);
    cursor = next;
  } while (cursor !== undefined);
  return pages;
}

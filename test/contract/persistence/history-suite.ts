import { describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { runStates, type EventRecord, type RunRecord, type RunState } from '../../../src/domain/records.ts';
import type { Page, RunOrder } from '../../../src/kernel/ports.ts';
import type { Store } from '../../../src/persistence/store.ts';
import { freshStore, type Backend } from './backend.ts';
import { attempt, event, noRuns, run, settlement } from './records.ts';

/** What people and pages rely on when they look back. */
export function historySuite(backend: Backend): void {
  describe('history: held runs', () => {
    it('are counted by target, action and reason, the most first', async () => {
      await using fresh = await freshStore(backend);
      const held = (reason: string, createdAt: number, state: RunState = 'held') =>
        run({ state, reason, createdAt });
      const runs = [
        held('outcome_unknown', 5),
        held('target_disabled', 30),
        held('target_disabled', 20),
        held('target_disabled', 1, 'cancelled'),
      ];
      await fresh.store.journal.commit([event()], () => ({ runs, spentTasks: [] }));
      const alike = { target: runs[0]?.target, action: runs[0]?.action };
      expect(await fresh.store.history.held()).toEqual([
        { ...alike, reason: 'target_disabled', runs: 2, since: 20 },
        { ...alike, reason: 'outcome_unknown', runs: 1, since: 5 },
      ]);
      const { items } = await fresh.store.history.runs({
        limit: 10,
        states: ['held'],
        reason: 'outcome_unknown',
      });
      expect(items).toEqual([runs[0]]);
      const walked = await fresh.store.history.runs({
        limit: 10,
        action: 'webhook.send',
        reason: 'target_disabled',
      });
      expect(walked.items).toHaveLength(3);
      expect(await fresh.store.history.unfinished()).toEqual({ pending: 0, running: 0, held: 3 });
    });
  });

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

    it('finds by action and by the type of the event, with every other condition', async () => {
      await using fresh = await freshStore(backend);
      const [created, updated] = [event({ type: 'cmdb.created' }), event({ type: 'cmdb.updated' })];
      const a = run({ eventId: created.id, state: 'failed' });
      const b = run({ eventId: updated.id });
      const c = run({ eventId: updated.id, action: 'email.send', target: 'email/ops', state: 'failed' });
      await fresh.store.journal.commit([created, updated], () => ({ runs: [a, b, c], spentTasks: [] }));
      const find = async (query: object) => (await fresh.store.history.runs({ limit: 10, ...query })).items;
      expect(await find({ eventType: 'cmdb.updated' })).toEqual([c, b]);
      expect(await find({ eventType: 'cmdb.updated', action: 'webhook.send' })).toEqual([b]);
      expect(await find({ action: 'webhook.send' })).toEqual([b, a]);
      expect(await find({ action: 'webhook.send', states: ['failed'] })).toEqual([a]);
      expect(await find({ action: 'webhook.send', states: [] })).toEqual([]);
      expect(await find({ eventType: 'cmdb.updated', taskId: 'notify', target: 'email/ops' })).toEqual([c]);
      expect(await find({ eventType: 'cmdb.updated', eventId: created.id })).toEqual([]);
      expect(await find({ action: 'webhook.send', from: 0, to: 1 })).toEqual([]);
      expect(await find({ action: 'webhook.send', from: a.createdAt, to: b.createdAt + 1 })).toEqual([b, a]);
    });

    it('finds by a text in the run, its event and its attempts, case aside', async () => {
      await using fresh = await freshStore(backend);
      const cause = event({ type: 'cmdb.updated', object: 'Server-4711', source: '/cmdb/Wien' });
      const a = run({ eventId: cause.id, taskName: 'Tell the inventory', state: 'failed', attempts: 1 });
      const b = run({ target: 'webhook/Spare_1', reason: '100% lost' });
      await fresh.store.journal.commit([cause], () => ({ runs: [a, b], spentTasks: [] }));
      const sent = { method: 'POST', body: '{"hostname":"Zürich-1","ram":32}' };
      const received = { status: 503, body: 'Maintenance' };
      const tried = attempt(a, { outcome: 'failed', error: 'HTTP 503 from inventory', sent, received });
      await fresh.store.journal.settle([settlement(a, { state: 'failed', attempt: tried })]);
      const find = async (search: string) =>
        (await fresh.store.history.runs({ limit: 10, search })).items.map(({ id }) => id);
      for (const text of [
        'INVENTORY',
        'server-4711',
        'cmdb.up',
        'wien',
        'Zürich-1',
        'hostname',
        '503',
        'maint',
      ])
        expect([text, await find(text)]).toEqual([text, [a.id]]);
      for (const text of ['spare_1', '100%', b.id, b.eventId.toUpperCase()])
        expect([text, await find(text)]).toEqual([text, [b.id]]);
      for (const text of ['spare-1', '100_', '%lost', 'xyz', "'", '\u0000', '?'])
        expect([text, await find(text)]).toEqual([text, []]);
      expect(await find('webhook.send')).toEqual([b.id, a.id]);
    });

    it('gives pages in the order of time, target or task, either way', async () => {
      await using fresh = await freshStore(backend);
      const runs = Array.from({ length: 11 }, (_, i) =>
        run({ target: `webhook/${'cab'[i % 3]!}`, taskId: 'xy'[i % 2]! }),
      );
      await put(fresh.store, runs);
      const ordered = async (by: RunOrder['by'], descending: boolean, more: object = {}) =>
        (
          await all((cursor) =>
            fresh.store.history.runs({
              limit: 4,
              order: { by, descending },
              ...more,
              ...(cursor !== undefined && { cursor }),
            }),
          )
        ).flat();
      const byTarget = ['a', 'b', 'c'].flatMap((key) => runs.filter(({ target }) => target.endsWith(key)));
      const byTask = ['x', 'y'].flatMap((key) => runs.filter(({ taskId }) => taskId === key));
      expect(await ordered('time', false)).toEqual(runs);
      expect(await ordered('time', true)).toEqual(runs.toReversed());
      expect(await ordered('target', false)).toEqual(byTarget);
      expect(await ordered('target', true)).toEqual(byTarget.toReversed());
      expect(await ordered('task', false)).toEqual(byTask);
      expect(await ordered('task', true)).toEqual(byTask.toReversed());
      expect(await ordered('task', false, { search: 'webhook/b' })).toEqual(
        byTask.filter(({ target }) => target === 'webhook/b'),
      );
    });

    it('goes on where a page has ended, even when its last run has been deleted', async () => {
      await using fresh = await freshStore(backend);
      const runs = ['b', 'a', 'c'].map((key) => run({ target: `webhook/${key}`, state: 'failed' }));
      await put(fresh.store, runs);
      const read = (cursor?: string) =>
        fresh.store.history.runs({
          limit: 1,
          order: { by: 'target', descending: false },
          ...(cursor !== undefined && { cursor }),
        });
      const { items, next } = await read();
      expect(items.map(({ target }) => target)).toEqual(['webhook/a']);
      await fresh.store.history.removeRun(items[0]!.id);
      expect((await read(next)).items.map(({ target }) => target)).toEqual(['webhook/b']);
    });

    it('finds events by a text, the newest or the oldest first, page by page', async () => {
      await using fresh = await freshStore(backend);
      const events = Array.from({ length: 450 }, (_, i) =>
        event({ object: `vm-${String(i)}`, data: { note: i % 100 === 7 ? 'Größe 100% OK_1' : 'nothing' } }),
      );
      await fresh.store.journal.commit(events, noRuns);
      const hits = events.filter((_, i) => i % 100 === 7);
      const find = async (query: object) =>
        (
          await all((cursor) =>
            fresh.store.history.events({ limit: 2, ...query, ...(cursor !== undefined && { cursor }) }),
          )
        ).flat();
      expect(await find({ search: '100% ok_1' })).toEqual(hits.toReversed());
      expect(await find({ search: '100% ok_1', oldestFirst: true })).toEqual(hits);
      expect(await find({ search: 'VM-207', oldestFirst: true })).toEqual([events[207]]);
      expect(await find({ search: '100%_ok' })).toEqual([]);
      expect(await find({ oldestFirst: true, limit: 100 })).toEqual(events);
    });

    it('tells beside runs of what event they are, and what the last answer was', async () => {
      await using fresh = await freshStore(backend);
      const { journal, history } = fresh.store;
      const { object: _, ...startup } = event({ type: 'system.startup' });
      const about = event();
      const runs = [run({ eventId: startup.id }), run({ eventId: about.id }), run()] as const;
      await journal.commit([startup, about], () => ({ runs, spentTasks: [] }));
      const tried = { ...runs[1], attempts: 2 };
      for (const [number, received] of [
        [1, 'no HTTP'],
        [2, { status: 503, body: 'busy' }],
      ] as const)
        await journal.settle([
          settlement(tried, {
            state: 'pending',
            attempts: number,
            attempt: attempt(tried, { number, outcome: 'retrying', received }),
          }),
        ]);
      const of = { type: 'vm.power_on', object: 'gpu-01' };
      expect(await history.contexts([runs[0], tried, runs[2]])).toEqual([
        { event: { type: 'system.startup' } },
        { event: of, responseStatus: 503 },
        {},
      ]);
      expect(await history.contexts([{ ...tried, attempts: 1 }])).toEqual([{ event: of }]);
      expect(await history.contexts([])).toEqual([]);
    });

    it('deletes a run that has ended, with its attempts, and no other', async () => {
      await using fresh = await freshStore(backend);
      const cause = event();
      const runs = runStates.map((state) => run({ eventId: cause.id, state: 'pending', taskId: state }));
      await fresh.store.journal.commit([cause], () => ({ runs, spentTasks: [] }));
      await fresh.store.journal.settle(
        runs.map((of) => settlement(of, { state: of.taskId as RunState, attempt: attempt(of) })),
      );
      const { history } = fresh.store;
      const removed = await Promise.all(
        runs.map(async ({ id, taskId }) => [taskId, await history.removeRun(id)] as const),
      );
      expect(removed.filter(([, is]) => is).map(([state]) => state)).toEqual([
        'succeeded',
        'failed',
        'cancelled',
      ]);
      for (const { id, taskId } of runs) {
        const left = ['succeeded', 'failed', 'cancelled'].includes(taskId) ? 0 : 1;
        expect((await history.run(id)) ? 1 : 0).toBe(left);
        expect(await history.attempts(id)).toHaveLength(left);
      }
      expect(await history.event(cause.id)).toBeDefined();
      expect(await history.removeRun('nothing')).toBe(false);
      expect(await history.removeRun('\u0000')).toBe(false);
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

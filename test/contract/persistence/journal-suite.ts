import { describe, expect, it } from '@jest/globals';
import type { EventRecord } from '../../../src/domain/records.ts';
import type { JsonValue } from '../../../src/sdk/index.ts';
import { freshStore, type Backend } from './backend.ts';
import {
  attempt,
  event,
  noRuns,
  object,
  objectState,
  oneRun,
  planning,
  run,
  settlement,
  task,
} from './records.ts';

/** What the kernel relies on when it writes. */
export function journalSuite(backend: Backend): void {
  describe('journal: commit', () => {
    it('stores events and the runs that are planned for them', async () => {
      await using fresh = await freshStore(backend);
      const { journal, history } = fresh.store;
      const first = event({ sourceId: 'a-1', causedBy: event().id, depth: 1 });
      const second = event();
      const runs = [run({ eventId: first.id, triggerId: 'on-power' }), run({ eventId: first.id })];
      const committed = await journal.commit([first, second], () => ({ runs, spentTasks: [] }));
      expect(committed).toEqual({
        events: [
          { id: first.id, duplicate: false },
          { id: second.id, duplicate: false },
        ],
        runs,
        spentTasks: [],
      });
      expect(await history.event(first.id)).toEqual(first);
      expect(await history.event(second.id)).toEqual(second);
      for (const each of runs) expect(await history.run(each.id)).toEqual(each);
    });

    it('plans once, with the new events only, in their order', async () => {
      await using fresh = await freshStore(backend);
      const known = event({ sourceId: 'known' });
      await fresh.store.journal.commit([known], noRuns);
      const events = [
        event({ sourceId: 'z' }),
        event({ sourceId: 'known' }),
        event(),
        event({ sourceId: 'a' }),
      ];
      const calls: (readonly EventRecord[])[] = [];
      await fresh.store.journal.commit(events, (given) => {
        calls.push(given);
        return { runs: [], spentTasks: [] };
      });
      expect(calls).toEqual([[events[0], events[2], events[3]]]);
    });

    it('answers a duplicate with the id of the stored event and changes nothing', async () => {
      await using fresh = await freshStore(backend);
      const { journal, history } = fresh.store;
      const stored = event({ sourceId: 'order-7', data: { first: true } });
      await journal.commit([stored], planning());
      const again = event({ sourceId: 'order-7', data: { first: false } });
      const { events, runs } = await journal.commit([again], planning());
      expect(events).toEqual([{ id: stored.id, duplicate: true }]);
      expect(runs).toEqual([]);
      expect(await history.event(again.id)).toBeUndefined();
      expect((await history.event(stored.id))?.data).toEqual({ first: true });
      expect((await history.runs({ limit: 10 })).items).toHaveLength(1);
    });

    it('finds duplicates within one call', async () => {
      await using fresh = await freshStore(backend);
      const [a, b, other] = [event({ sourceId: 'x' }), event({ sourceId: 'x' }), event({ sourceId: 'y' })];
      const { events, runs } = await fresh.store.journal.commit([a, other, b], planning());
      expect(events).toEqual([
        { id: a.id, duplicate: false },
        { id: other.id, duplicate: false },
        { id: a.id, duplicate: true },
      ]);
      expect(runs.map(({ eventId }) => eventId)).toEqual([a.id, other.id]);
    });

    it('takes events for the same only when source and id are', async () => {
      await using fresh = await freshStore(backend);
      const events = [
        event({ source: 'a', sourceId: '1' }),
        event({ source: 'b', sourceId: '1' }),
        event({ source: 'a' }),
        event({ source: 'a' }),
      ];
      const committed = await fresh.store.journal.commit(events, noRuns);
      expect(committed.events).toEqual(events.map(({ id }) => ({ id, duplicate: false })));
    });

    it('lets one of many that store the same event at once win', async () => {
      await using fresh = await freshStore(backend);
      const ids = Array.from({ length: 20 }, (_, index) => `id-${index}`);
      const attempts = Array.from({ length: 8 }, (_, index) => {
        const order = index % 2 === 0 ? ids : ids.toReversed();
        return fresh.store.journal.commit(
          order.map((sourceId) => event({ sourceId })),
          planning(),
        );
      });
      const commits = await Promise.all(attempts);
      const stored = await fresh.store.history.events({ limit: 500 });
      expect(stored.items).toHaveLength(20);
      expect(commits.flatMap(({ events }) => events).filter(({ duplicate }) => !duplicate)).toHaveLength(20);
      expect(new Set(commits.flatMap(({ events }) => events.map(({ id }) => id))).size).toBe(20);
      expect((await fresh.store.history.runs({ limit: 500 })).items).toHaveLength(20);
    });

    it('stores nothing when planning throws, and passes the error on as it is', async () => {
      await using fresh = await freshStore(backend);
      const { journal, history } = fresh.store;
      const failure = new TypeError('a mistake in the planner');
      const lost = event({ sourceId: 'again' });
      const planner = () => {
        throw failure;
      };
      await expect(journal.commit([lost, event()], planner)).rejects.toBe(failure);
      expect((await history.events({ limit: 10 })).items).toEqual([]);
      const { events } = await journal.commit([lost], planning());
      expect(events).toEqual([{ id: lost.id, duplicate: false }]);
    });

    it('keeps calls apart that come at the same time: one that fails spoils no other', async () => {
      await using fresh = await freshStore(backend);
      const { journal, history } = fresh.store;
      const { runs } = await journal.commit([event()], planning());
      const failure = new TypeError('a mistake in the planner');
      const failing = event({ sourceId: 'same' });
      const good = event({ sourceId: 'same' });
      const outcomes = await Promise.allSettled([
        journal.commit([failing], () => {
          throw failure;
        }),
        journal.commit([good], planning()),
        journal.settle([settlement(runs[0]!)]),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
      expect(outcomes[0]).toMatchObject({ reason: failure });
      expect(outcomes[1]).toMatchObject({ value: { events: [{ id: good.id, duplicate: false }] } });
      expect(await history.event(failing.id)).toBeUndefined();
      expect((await history.run(runs[0]!.id))?.state).toBe('succeeded');
    });

    it('stores nothing when a run cannot be stored', async () => {
      await using fresh = await freshStore(backend);
      const { journal, history } = fresh.store;
      const twice = run();
      const planner = () => ({ runs: [twice, twice], spentTasks: [] });
      await expect(journal.commit([event()], planner)).rejects.toThrow(/unique/i);
      expect((await history.events({ limit: 10 })).items).toEqual([]);
      expect((await history.runs({ limit: 10 })).items).toEqual([]);
      await journal.commit([event()], planning());
      expect((await history.runs({ limit: 10 })).items).toHaveLength(1);
    });

    it('marks the tasks that are spent', async () => {
      await using fresh = await freshStore(backend);
      const { journal, resources } = fresh.store;
      const ids = ['once', 'twice', 'always'];
      await resources.apply(ids.map((id) => ({ kind: 'task', put: task({ id, deleteAfterRunning: true }) })));
      await journal.commit([event()], () => ({ runs: [], spentTasks: ['once', 'twice'] }));
      const { tasks } = await resources.load();
      expect(tasks.filter(({ spent }) => spent).map(({ id }) => id)).toEqual(['once', 'twice']);
    });

    it('stores what events say of their objects, and leaves an object as it is that is there already', async () => {
      await using fresh = await freshStore(backend);
      const { journal, resources } = fresh.store;
      const there = object({ name: 'As people call it' });
      await resources.apply([{ kind: 'object', put: there }]);
      const fresher = object({ key: 'gpu-02', managedBy: 'event', tags: [], settings: {} });
      await journal.commit([event()], () => ({
        ...{ runs: [], spentTasks: [] },
        directory: { registered: [object({ name: 'gpu-01' }), fresher], states: [objectState()] },
      }));
      const off = objectState({ state: { power: 'off', by: ['a'] }, at: 1_700_000_000_005 });
      await journal.commit([event()], () => ({
        ...{ runs: [], spentTasks: [] },
        directory: { registered: [], states: [off] },
      }));
      expect(await resources.load()).toMatchObject({ objects: [there, fresher], states: [off] });
    });

    it('takes a thousand events with their runs', async () => {
      await using fresh = await freshStore(backend);
      const events = Array.from({ length: 1_000 }, (_, index) =>
        event({ data: { index }, ...(index % 3 === 0 && { sourceId: `id-${index}` }) }),
      );
      const plan = planning(({ id }) => [run({ eventId: id }), run({ eventId: id })]);
      const { runs } = await fresh.store.journal.commit(events, plan);
      expect(runs).toHaveLength(2_000);
      const { items } = await fresh.store.history.events({ limit: 500 });
      expect(items).toEqual(events.slice(500).toReversed());
      expect(await fresh.store.history.run(runs.at(-1)!.id)).toEqual(runs.at(-1));
    });

    it('takes no events at all', async () => {
      await using fresh = await freshStore(backend);
      const committed = await fresh.store.journal.commit([], planning());
      expect(committed).toEqual({ events: [], runs: [], spentTasks: [] });
    });

    const odd: readonly JsonValue[] = [
      null,
      0,
      '',
      false,
      [],
      {},
      1e300,
      12345678901234567000,
      { z: 1, a: 2, '10': 3, '': null },
      'NUL \u0000, half a pair \ud800, quote \' " ` \\, ?, ??, $1, :name, %s, \n\r\t, ä€😀',
      { nested: [[[{ deep: ["it's", '?'] }]]] },
      'x'.repeat(200_000),
    ];
    it.each(odd.map((data) => [JSON.stringify(data).slice(0, 60), data]))(
      'keeps data exactly: %s',
      async (_, data) => {
        await using fresh = await freshStore(backend);
        const { journal, history, queue } = fresh.store;
        const stored = event({ data });
        const planned = run({ eventId: stored.id, input: { data } });
        await journal.commit([stored], () => ({ runs: [planned], spentTasks: [] }));
        await journal.settle([
          settlement(planned, { state: 'pending', attempt: attempt(planned, { sent: data }) }),
        ]);
        const {
          runs: [queued],
        } = await queue.page(planned.target, Date.now(), { limit: 1 });
        for (const kept of [
          (await history.event(stored.id))?.data,
          (await history.run(planned.id))?.input['data'],
          (await history.attempts(planned.id))[0]?.sent,
          queued?.event.data,
          queued?.run.input['data'],
        ])
          expect(JSON.stringify(kept)).toBe(JSON.stringify(data));
      },
    );
  });

  describe('journal: settle', () => {
    it('stores the end of a run with its attempt', async () => {
      await using fresh = await freshStore(backend);
      const { journal, history } = fresh.store;
      const { runs } = await journal.commit([event()], planning());
      const [done] = runs;
      const tried = attempt(done!, { sent: { body: 'hello' }, received: { status: 204 }, result: null });
      await journal.settle([settlement(done!, { startedAt: 1_000, finishedAt: 1_012, attempt: tried })]);
      const state = { state: 'succeeded', attempts: 1, startedAt: 1_000, finishedAt: 1_012 };
      expect(await history.run(done!.id)).toEqual({ ...done, ...state });
      expect(await history.attempts(done!.id)).toEqual([tried]);
    });

    it('keeps the reason while a run is tried again, and drops it when the run succeeds', async () => {
      await using fresh = await freshStore(backend);
      const { journal, history } = fresh.store;
      const { runs } = await journal.commit([event()], planning());
      const pending = runs[0]!;
      const failure = attempt(pending, { outcome: 'retrying', error: 'status 500' });
      await journal.settle([
        settlement(pending, {
          state: 'pending',
          reason: 'status 500',
          dueAt: 9_000,
          startedAt: 1_000,
          attempt: failure,
        }),
      ]);
      const waiting = { ...pending, reason: 'status 500', attempts: 1, dueAt: 9_000, startedAt: 1_000 };
      expect(await history.run(pending.id)).toEqual(waiting);
      const success = attempt(pending, { number: 2, startedAt: 9_000 });
      await journal.settle([
        settlement(pending, {
          attempts: 2,
          dueAt: 9_000,
          startedAt: 9_000,
          finishedAt: 9_012,
          attempt: success,
        }),
      ]);
      expect(await history.run(pending.id)).toEqual({
        ...pending,
        state: 'succeeded',
        attempts: 2,
        dueAt: 9_000,
        startedAt: 9_000,
        finishedAt: 9_012,
      });
      expect(await history.attempts(pending.id)).toEqual([failure, success]);
    });

    it('changes the state without an attempt, and then keeps the begin of the last one', async () => {
      await using fresh = await freshStore(backend);
      const { journal, history } = fresh.store;
      const { runs } = await journal.commit([event()], planning());
      await journal.settle([settlement(runs[0]!, { state: 'running', attempts: 0, startedAt: 5_000 })]);
      expect(await history.run(runs[0]!.id)).toEqual({ ...runs[0], state: 'running', startedAt: 5_000 });
      await journal.settle([settlement(runs[0]!, { state: 'held', attempts: 0, reason: 'target_disabled' })]);
      expect(await history.run(runs[0]!.id)).toEqual({
        ...runs[0],
        state: 'held',
        reason: 'target_disabled',
        startedAt: 5_000,
      });
    });

    it('leaves a run as it ended, but keeps the attempt that came late and its number', async () => {
      await using fresh = await freshStore(backend);
      const { journal, history, queue } = fresh.store;
      const { runs } = await journal.commit([event()], planning());
      const cancelled = runs[0]!;
      await journal.settle([settlement(cancelled, { state: 'cancelled', attempts: 0, finishedAt: 2_000 })]);
      const late = attempt(cancelled);
      await journal.settle([settlement(cancelled, { finishedAt: 3_000, attempt: late })]);
      expect(await history.run(cancelled.id)).toMatchObject({
        state: 'cancelled',
        finishedAt: 2_000,
        attempts: 1,
      });
      expect(await history.attempts(cancelled.id)).toEqual([late]);
      expect(await queue.targetsDue(0, Date.now())).toEqual([]);
    });

    it('takes several settlements of one run as if they came one by one', async () => {
      await using fresh = await freshStore(backend);
      const { journal, history } = fresh.store;
      const { runs } = await journal.commit([event()], planning());
      const one = runs[0]!;
      await journal.settle([
        settlement(one, { state: 'running', attempts: 0, startedAt: 1 }),
        settlement(one, { state: 'pending', attempts: 1, startedAt: 1, attempt: attempt(one) }),
        settlement(one, { attempts: 2, startedAt: 2, finishedAt: 3, attempt: attempt(one, { number: 2 }) }),
        settlement(one, { state: 'pending', attempts: 2 }),
      ]);
      expect(await history.run(one.id)).toMatchObject({ state: 'succeeded', attempts: 2, finishedAt: 3 });
      expect(await history.attempts(one.id)).toHaveLength(2);
    });

    it('does not choke on an attempt that is stored already or on a run that has gone', async () => {
      await using fresh = await freshStore(backend);
      const { journal, history } = fresh.store;
      const { runs } = await journal.commit([event(), event()], planning());
      const [twice, other] = [runs[0]!, runs[1]!];
      await journal.settle([settlement(twice, { state: 'pending', attempt: attempt(twice) })]);
      await journal.settle([
        settlement(twice, { attempt: attempt(twice, { error: 'a second first attempt' }) }),
        settlement(run(), { attempt: attempt(run()) }),
        settlement(other, { attempt: attempt(other) }),
      ]);
      expect(await history.attempts(twice.id)).toEqual([attempt(twice)]);
      expect((await history.run(other.id))?.state).toBe('succeeded');
    });

    it('settles hundreds at once, and none', async () => {
      await using fresh = await freshStore(backend);
      const { journal, history } = fresh.store;
      const events = Array.from({ length: 333 }, () => event());
      const { runs } = await journal.commit(events, planning(oneRun));
      await journal.settle(runs.map((each) => settlement(each, { attempt: attempt(each) })));
      await journal.settle([]);
      const { items } = await history.runs({ limit: 500, states: ['succeeded'] });
      expect(items).toHaveLength(333);
      expect(await history.attempts(runs[332]!.id)).toEqual([attempt(runs[332]!)]);
    });

    it('takes a text with any character and a duration with a fraction', async () => {
      await using fresh = await freshStore(backend);
      const { journal, history } = fresh.store;
      const { runs } = await journal.commit([event()], planning());
      const error = "broken: \u0000 \ud800 ' ? ä€😀";
      const failed = attempt(runs[0]!, { outcome: 'failed', error, durationMs: 1.6 });
      await journal.settle([settlement(runs[0]!, { state: 'failed', reason: error, attempt: failed })]);
      expect((await history.run(runs[0]!.id))?.reason).toMatch(/^broken: .* ' \? ä€😀$/);
      expect((await history.attempts(runs[0]!.id))[0]?.durationMs).toBe(2);
    });
  });
}

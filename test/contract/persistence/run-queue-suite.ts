import { describe, expect, it } from '@jest/globals';
import { runStates, type RunRecord } from '../../../src/domain/records.ts';
import type { Store } from '../../../src/persistence/store.ts';
import { freshStore, type Backend } from './backend.ts';
import { event, run } from './records.ts';

/** What the dispatcher relies on when it reads what memory does not hold. */
export function runQueueSuite(backend: Backend): void {
  describe('run queue', () => {
    it('names the targets that have pending runs due in a span', async () => {
      await using fresh = await freshStore(backend);
      await put(
        fresh.store,
        run({ target: 'webhook/a', dueAt: 100 }),
        run({ target: 'webhook/a', dueAt: 150 }),
        run({ target: 'webhook/b', dueAt: 200 }),
        run({ target: 'webhook/c', dueAt: 201 }),
        run({ target: 'webhook/d', dueAt: 150, state: 'held' }),
      );
      const { queue } = fresh.store;
      expect([...(await queue.targetsDue(99, 200))].sort()).toEqual(['webhook/a', 'webhook/b']);
      expect(await queue.targetsDue(150, 200)).toEqual(['webhook/b']);
      expect([...(await queue.targetsDue(-1, 1_000))].sort()).toEqual([
        'webhook/a',
        'webhook/b',
        'webhook/c',
      ]);
      expect(await queue.targetsDue(201, 1_000)).toEqual([]);
    });

    it('pages the runs of a target with their events, the longest due first', async () => {
      await using fresh = await freshStore(backend);
      const cause = event({ sourceId: 'x', data: { n: 1 } });
      const [late, early, same] = [
        run({ eventId: cause.id, dueAt: 120, reason: 'status 500', attempts: 1, startedAt: 90 }),
        run({ eventId: cause.id, dueAt: 100, triggerId: 'on-power' }),
        run({ eventId: cause.id, dueAt: 100 }),
      ];
      const others = [
        run({ eventId: cause.id, dueAt: 121 }),
        run({ eventId: cause.id, dueAt: 100, target: 'webhook/other' }),
        run({ eventId: cause.id, dueAt: 100, state: 'running' }),
      ];
      await fresh.store.journal.commit([cause], () => ({
        runs: [late, early, same, ...others],
        spentTasks: [],
      }));
      const { queue } = fresh.store;
      const page = await queue.page('webhook/ops', 120, { limit: 10 });
      expect(page.runs).toEqual([early, same, late].map((each) => ({ run: each, event: cause })));
      expect((await queue.page('webhook/ops', 120, { limit: 2 })).runs.map(({ run: { id } }) => id)).toEqual([
        early.id,
        same.id,
      ]);
      expect(await queue.page('webhook/nobody', 120, { limit: 10 })).toEqual({ runs: [], complete: true });
    });

    it('says whether a page holds all that there is', async () => {
      await using fresh = await freshStore(backend);
      await put(fresh.store, run({ dueAt: 1 }), run({ dueAt: 2 }));
      const { queue } = fresh.store;
      expect(await queue.page('webhook/ops', 9, { limit: 3 })).toMatchObject({ complete: true });
      expect(await queue.page('webhook/ops', 9, { limit: 2 })).toMatchObject({ complete: false });
    });

    it('reads an event once for all its runs in a page, and not at all when it is known', async () => {
      await using fresh = await freshStore(backend);
      const [cause, other] = [event(), event()];
      const runs = [cause, cause, other].map(({ id }, n) => run({ eventId: id, dueAt: n }));
      await fresh.store.journal.commit([cause, other], () => ({ runs, spentTasks: [] }));
      const known = (id: string) => (id === other.id ? other : undefined);
      const page = await fresh.store.queue.page('webhook/ops', 9, { limit: 9, known });
      const [first, second, third] = page.runs.map((queued) => queued.event);
      expect(first).toEqual(cause);
      expect(second).toBe(first);
      expect(third).toBe(other);
    });

    it('ends a page when its events get too large, but not before the first', async () => {
      await using fresh = await freshStore(backend);
      const events = Array.from({ length: 40 }, () => event({ data: 'x'.repeat(1_000) }));
      const runs = events.map(({ id }, n) => run({ eventId: id, dueAt: n }));
      await fresh.store.journal.commit(events, () => ({ runs, spentTasks: [] }));
      const { queue } = fresh.store;
      const page = (maxBytes: number) => queue.page('webhook/ops', 90, { limit: 50, maxBytes });
      expect(await page(100_000)).toMatchObject({ runs: { length: 40 }, complete: true });
      expect(await page(10_500)).toMatchObject({ runs: { length: 10 }, complete: false });
      const least = await page(0);
      expect(least.runs.map((queued) => queued.run)).toEqual([runs[0]]);
      expect(least.complete).toBe(false);
    });

    it('knows when the next pending run is due', async () => {
      await using fresh = await freshStore(backend);
      const { queue } = fresh.store;
      expect(await queue.nextDueAt(-1)).toBeUndefined();
      await put(
        fresh.store,
        run({ dueAt: 300 }),
        run({ dueAt: 200, target: 'webhook/b' }),
        run({ dueAt: 100, state: 'failed' }),
      );
      expect(await queue.nextDueAt(-1)).toBe(200);
      expect(await queue.nextDueAt(200)).toBe(300);
      expect(await queue.nextDueAt(300)).toBeUndefined();
    });

    it('finds the runs that a process left running', async () => {
      await using fresh = await freshStore(backend);
      const left = run({ state: 'running', action: 'vm.power_on', attempts: 2 });
      await put(fresh.store, left, ...others('running'));
      expect(await fresh.store.queue.interrupted()).toEqual([
        { id: left.id, action: 'vm.power_on', attempts: 2 },
      ]);
    });

    it('knows when a target was acted on last, whatever became of it', async () => {
      await using fresh = await freshStore(backend);
      const { queue } = fresh.store;
      const begun = (startedAt: number, over: Partial<RunRecord> = {}) => run({ startedAt, ...over });
      await put(
        fresh.store,
        begun(300, { state: 'held' }),
        begun(500, { state: 'succeeded' }),
        begun(400),
        run(),
      );
      await put(fresh.store, begun(900, { target: 'webhook/other' }));
      expect(await queue.lastBegun('webhook/ops', 499)).toBe(500);
      expect(await queue.lastBegun('webhook/ops', 500)).toBeUndefined();
      expect(await queue.lastBegun('webhook/none', 0)).toBeUndefined();
    });

    it('makes held runs of one target pending again', async () => {
      await using fresh = await freshStore(backend);
      const { queue, history } = fresh.store;
      const held = run({ state: 'held', reason: 'target_disabled', dueAt: 5 });
      const elsewhere = run({ state: 'held', reason: 'target_disabled', target: 'webhook/other' });
      const otherwise = run({ state: 'held', reason: 'outcome_unknown' });
      await put(fresh.store, held, elsewhere, otherwise, ...others('held'));
      const filter = { reason: 'target_disabled', target: 'webhook/ops' } as const;
      expect(await queue.release(filter, 700)).toEqual(['webhook/ops']);
      const { reason: _, ...rest } = held;
      expect(await history.run(held.id)).toEqual({ ...rest, state: 'pending', dueAt: 700 });
      expect(await history.run(elsewhere.id)).toEqual(elsewhere);
      expect(await history.run(otherwise.id)).toEqual(otherwise);
      expect(await queue.release(filter, 800)).toEqual([]);
    });

    it('makes some of the held runs of a target pending again, the longest due first', async () => {
      await using fresh = await freshStore(backend);
      const { queue, history } = fresh.store;
      const heldFor = (reason: string, dueAt: number) => run({ state: 'held', reason, dueAt });
      const late = heldFor('target_failing', 30);
      const early = heldFor('target_disabled', 10);
      const middle = heldFor('target_failing', 20);
      const unknown = heldFor('outcome_unknown', 1);
      const elsewhere = run({ state: 'held', reason: 'target_failing', target: 'webhook/other', dueAt: 1 });
      await put(fresh.store, late, early, middle, unknown, elsewhere, ...others('held'));
      const portion = { reasons: ['target_failing', 'target_disabled'], limit: 2, now: 700 } as const;
      expect(await queue.releaseSome('webhook/ops', portion)).toBe(2);
      for (const { id } of [early, middle]) {
        const released = await history.run(id);
        expect(released).toMatchObject({ state: 'pending', dueAt: 700 });
        expect(released).not.toHaveProperty('reason');
      }
      for (const { id } of [late, unknown, elsewhere])
        expect(await history.run(id)).toMatchObject({ state: 'held' });
      expect(await queue.releaseSome('webhook/ops', portion)).toBe(1);
      expect(await queue.releaseSome('webhook/ops', portion)).toBe(0);
    });

    it('makes held runs of all targets of a type pending again', async () => {
      await using fresh = await freshStore(backend);
      const heldOn = (target: string) => run({ state: 'held', reason: 'plugin_unavailable', target });
      const targets = ['vm/a', 'vm/a', 'vm/b/c', 'vmx/a', 'v_/a', 'VM/a', 'sync/vm/a'];
      await put(fresh.store, ...targets.map(heldOn));
      const released = await fresh.store.queue.release({ reason: 'plugin_unavailable', targetType: 'vm' }, 1);
      expect([...released].sort()).toEqual(['vm/a', 'vm/b/c']);
      const underscore = await fresh.store.queue.release(
        { reason: 'plugin_unavailable', targetType: 'v_' },
        1,
      );
      expect(underscore).toEqual(['v_/a']);
    });

    it('makes held runs of one action pending again', async () => {
      await using fresh = await freshStore(backend);
      const heldFor = (action: string) =>
        run({ state: 'held', reason: 'plugin_unavailable', target: 'vm/a', action });
      const [on, gone] = [heldFor('vm.power_on'), heldFor('vm.gone')];
      await put(fresh.store, on, gone);
      const { queue, history } = fresh.store;
      const filter = { reason: 'plugin_unavailable', action: 'vm.power_on' } as const;
      expect(await queue.release({ ...filter, target: 'vm/b' }, 1)).toEqual([]);
      expect(await queue.release({ ...filter, targetType: 'vm' }, 1)).toEqual(['vm/a']);
      expect(await history.run(on.id)).toMatchObject({ state: 'pending' });
      expect(await history.run(gone.id)).toEqual(gone);
    });

    it('names the targets of held runs with the reasons, each once', async () => {
      await using fresh = await freshStore(backend);
      const held = (target: string, reason: string) => run({ state: 'held', target, reason });
      await put(
        fresh.store,
        held('webhook/a', 'target_disabled'),
        held('webhook/a', 'target_disabled'),
        held('webhook/a', 'plugin_unavailable'),
        held('webhook/b', 'target_disabled'),
        ...others('held'),
      );
      const targets = await fresh.store.queue.heldTargets();
      expect(targets.map(({ target, action, reason }) => `${target} ${action} ${reason}`).sort()).toEqual([
        'webhook/a webhook.send plugin_unavailable',
        'webhook/a webhook.send target_disabled',
        'webhook/b webhook.send target_disabled',
      ]);
    });

    it.each(runStates)('requeues a run that is %s only if that means trying it once more', async (state) => {
      await using fresh = await freshStore(backend);
      const { queue, history } = fresh.store;
      const before = run({ state, reason: 'status 500', attempts: 4, startedAt: 10, finishedAt: 20 });
      await put(fresh.store, before);
      const can = state === 'failed' || state === 'held' || state === 'cancelled';
      expect(await queue.requeue(before, { message: 'new' }, 900)).toBe(can);
      const { reason: _, finishedAt: __, ...rest } = before;
      const after = { ...rest, state: 'pending', input: { message: 'new' }, dueAt: 900 };
      expect(await history.run(before.id)).toEqual(can ? after : before);
      const {
        runs: [queued],
      } = await queue.page(before.target, 900, { limit: 1 });
      if (can) expect(queued?.run).toEqual(after);
    });

    it('requeues many at once, each with an input of its own', async () => {
      await using fresh = await freshStore(backend);
      const { queue, history } = fresh.store;
      const [failed, done] = [run({ state: 'failed', reason: 'no' }), run({ state: 'succeeded' })];
      await put(fresh.store, failed, done);
      const runs = [failed, done].map((one) => ({ run: one, input: { of: one.id } }));
      expect(await queue.requeueAll(runs, 900)).toEqual([failed.id]);
      expect(await history.run(failed.id)).toMatchObject({ state: 'pending', input: { of: failed.id } });
      expect(await history.run(done.id)).toEqual(done);
    });

    it('cancels what is pending or held, and nothing else', async () => {
      await using fresh = await freshStore(backend);
      const { queue, history } = fresh.store;
      const runs = runStates.map((state) => run({ state, reason: 'why' }));
      await put(fresh.store, ...runs);
      const cancelled = await queue.cancel([...runs.map(({ id }) => id), 'nothing'], 900);
      const waiting = runs.filter(({ state }) => state === 'pending' || state === 'held');
      expect([...cancelled].sort()).toEqual(waiting.map(({ id }) => id).sort());
      for (const before of runs) {
        const after = await history.run(before.id);
        const { reason: _, ...rest } = before;
        if (waiting.includes(before)) expect(after).toEqual({ ...rest, state: 'cancelled', finishedAt: 900 });
        else expect(after).toEqual(before);
      }
    });

    it('does not requeue a run that does not exist', async () => {
      await using fresh = await freshStore(backend);
      expect(await fresh.store.queue.requeue(run({ id: 'nothing' }), {}, 1)).toBe(false);
    });

    it.each(runStates)('knows whether a task with a run that is %s is done', async (state) => {
      await using fresh = await freshStore(backend);
      await put(fresh.store, run({ state, taskId: 'once' }), ...others(state));
      const unfinished = state === 'pending' || state === 'running' || state === 'held';
      expect(await fresh.store.queue.hasUnfinished('once')).toBe(unfinished);
      expect(await fresh.store.queue.hasUnfinished('unheard of')).toBe(false);
    });
  });
}

/** A run in each other state. */
function others(than: RunRecord['state']): readonly RunRecord[] {
  return runStates
    .filter((state) => state !== than)
    .map((state) => run({ state, target: 'webhook/x', taskId: 'x' }));
}

async function put({ journal }: Store, ...runs: readonly RunRecord[]): Promise<void> {
  const events = runs.map(({ eventId }) => event({ id: eventId }));
  await journal.commit(events, () => ({ runs, spentTasks: [] }));
}

import { describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { runStates, type RunRecord, type RunState } from '../../../src/domain/records.ts';
import type { GrowingTable } from '../../../src/kernel/ports.ts';
import type { Store } from '../../../src/persistence/store.ts';
import { freshStore, type Backend } from './backend.ts';
import { attempt, event, noRuns, planning, run, settlement } from './records.ts';

const all = { after: '', limit: 1_000 };
const day = 86_400_000;

/** What retention relies on. */
export function retentionSuite(backend: Backend): void {
  describe('retention: count', () => {
    it('counts stretches in the order of ids until there is no more', async () => {
      await using fresh = await freshStore(backend);
      const { journal, retention } = fresh.store;
      const { runs } = await journal.commit([event()], ({ 0: cause }) => ({
        runs: Array.from({ length: 5 }, () => run({ eventId: cause!.id })),
        spentTasks: [],
      }));
      const [, second, , , last] = runs.map(({ id }) => id);
      expect(await retention.count('run', { after: '', limit: 2 })).toEqual({ rows: 2, last: second });
      expect(await retention.count('run', { after: second!, limit: 10 })).toEqual({ rows: 3, last });
      expect(await retention.count('run', { after: last!, limit: 10 })).toEqual({ rows: 0, last });
      expect(await retention.count('event', all)).toMatchObject({ rows: 1 });
    });

    it('finds nothing in empty tables', async () => {
      await using fresh = await freshStore(backend);
      expect(await fresh.store.retention.count('event', all)).toEqual({ rows: 0, last: '' });
      for (const table of ['run', 'event'] as const)
        expect(await fresh.store.retention.prune(table, all)).toEqual({ rows: 0, last: '', deleted: 0 });
    });
  });

  describe('retention: prune', () => {
    it('deletes runs that have ended, with their attempts, and no others', async () => {
      await using fresh = await freshStore(backend);
      const runs = await runsIn(fresh.store, runStates);
      expect(await fresh.store.retention.prune('run', all)).toEqual({
        rows: 6,
        last: runs.at(-1)!.id,
        deleted: 3,
      });
      for (const { id, state } of runs) {
        const kept = state === 'pending' || state === 'running' || state === 'held';
        expect((await fresh.store.history.run(id))?.state).toBe(kept ? state : undefined);
        expect(await fresh.store.history.attempts(id)).toHaveLength(kept ? 1 : 0);
      }
    });

    it('deletes events of which no run is left, and no others', async () => {
      await using fresh = await freshStore(backend);
      const { journal, history, retention } = fresh.store;
      const lonely = event();
      await journal.commit([lonely], noRuns);
      const [done, waiting, half] = [event(), event(), event()];
      await journal.commit(
        [done],
        planning(({ id }) => [run({ eventId: id, state: 'succeeded' })]),
      );
      await journal.commit(
        [waiting],
        planning(({ id }) => [run({ eventId: id, state: 'held' })]),
      );
      await journal.commit(
        [half],
        planning(({ id }) => [
          run({ eventId: id, state: 'failed' }),
          run({ eventId: id, state: 'pending', target: 'webhook/half' }),
        ]),
      );
      expect(await retention.prune('event', all)).toMatchObject({ rows: 4, deleted: 1 });
      expect(await retention.prune('run', all)).toMatchObject({ rows: 4, deleted: 2 });
      expect(await retention.prune('event', all)).toMatchObject({ rows: 3, deleted: 1 });
      expect((await history.events({ limit: 10 })).items).toEqual([half, waiting]);
      const { runs } = await fresh.store.queue.page('webhook/half', Date.now() + 1, { limit: 10 });
      expect(runs.map((queued) => queued.event)).toEqual([half]);
    });

    it('goes no further than its stretch, and over what stays', async () => {
      await using fresh = await freshStore(backend);
      const runs = await runsIn(fresh.store, ['held', 'failed', 'succeeded', 'failed', 'pending', 'failed']);
      const { retention } = fresh.store;
      const first = await retention.prune('run', { after: '', limit: 2 });
      expect(first).toEqual({ rows: 2, last: runs[1]!.id, deleted: 1 });
      expect(await left(fresh.store, 'run')).toBe(5);
      const second = await retention.prune('run', { after: first.last, limit: 3 });
      expect(second).toEqual({ rows: 3, last: runs[4]!.id, deleted: 2 });
      expect(await retention.prune('run', { after: second.last, limit: 3 })).toMatchObject({ deleted: 1 });
      expect(await left(fresh.store, 'run')).toBe(2);
    });

    it('deletes only what is older, and of runs only those that ended before, too', async () => {
      await using fresh = await freshStore(backend);
      const { journal, history, retention } = fresh.store;
      const before = Date.now() - 30 * day;
      const idAt = (msecs: number) => ({ id: uuidv7({ msecs }) });
      const causes = [before - day, before + 1].map((time) => event({ ...idAt(time), receivedAt: time }));
      const ended = { state: 'failed', eventId: causes[1]!.id } as const;
      const older = run({ ...ended, ...idAt(before - 2), finishedAt: before - 1 });
      const lately = run({ ...ended, ...idAt(before - 2), finishedAt: before });
      const newer = run({ ...ended, ...idAt(before + 1), finishedAt: before + 2 });
      await journal.commit(causes, () => ({ runs: [older, lately, newer], spentTasks: [] }));
      expect(await retention.prune('run', { ...all, before })).toMatchObject({ rows: 2, deleted: 1 });
      expect((await history.runs({ limit: 10 })).items).toEqual([newer, lately]);
      expect(await retention.prune('event', { ...all, before })).toMatchObject({ rows: 1, deleted: 1 });
      expect((await history.events({ limit: 10 })).items).toEqual([causes[1]]);
    });

    it('leaves a run that is being tried again whole, or takes it whole', async () => {
      await using fresh = await freshStore(backend);
      const { queue, retention, history } = fresh.store;
      for (let round = 0; round < 20; round++) {
        const [failed] = await runsIn(fresh.store, ['failed']);
        const { id } = failed!;
        const again = () => queue.requeue(failed!, {}, Date.now());
        const prune = () => retention.prune('run', all);
        const requeued = round % 2 === 0 ? [again(), prune()] : [prune(), again()];
        const isKept = (await Promise.all(requeued)).includes(true);
        expect((await history.run(id))?.state).toBe(isKept ? 'pending' : undefined);
        expect(await history.attempts(id)).toHaveLength(isKept ? 1 : 0);
      }
    });
  });

  it('gives room back to the disk until there is none to give', async () => {
    await using fresh = await freshStore(backend);
    const { journal, retention } = fresh.store;
    await journal.commit(big(200), noRuns);
    await retention.prune('event', all);
    let steps = 0;
    while (await retention.shrink()) steps++;
    expect(steps).toBeLessThan(200);
    expect(await retention.shrink()).toBe(false);
    const kept = event();
    await journal.commit([kept], noRuns);
    expect(await fresh.store.history.event(kept.id)).toEqual(kept);
  });
}

export function big(count: number) {
  return Array.from({ length: count }, () => event({ data: 'x'.repeat(10_000) }));
}

/** A run in each state, one attempt each, and the event of all. */
async function runsIn({ journal }: Store, states: readonly RunState[]): Promise<readonly RunRecord[]> {
  const cause = event();
  const planned = states.map(() => run({ eventId: cause.id }));
  await journal.commit([cause], () => ({ runs: planned, spentTasks: [] }));
  await journal.settle(
    planned.map((each, index) => settlement(each, { state: states[index]!, attempt: attempt(each) })),
  );
  return planned.map((each, index) => ({ ...each, state: states[index]! }));
}

async function left({ retention }: Store, table: GrowingTable): Promise<number> {
  return (await retention.count(table, all)).rows;
}

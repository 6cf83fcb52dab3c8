import type { RunRecord } from '../../domain/records.ts';
import type { Commit, HistoryPort, JournalPort, Plan, RunQueuePort } from '../ports.ts';
import { overriding } from './overriding.ts';
import type { RecordSeal } from './record-seal.ts';

/** Writes that were begun, until they have ended: what they carry was sealed when they were. */
export class Writes {
  readonly #begun = new Set<Promise<unknown>>();

  add<T>(write: Promise<T>): Promise<T> {
    this.#begun.add(write);
    const forget = (): void => void this.#begun.delete(write);
    write.then(forget, forget);
    return write;
  }

  async ended(): Promise<void> {
    await Promise.allSettled([...this.#begun]);
  }
}

/** Runs, and objects that come into being by events, on a journal that gets them sealed. */
export function sealedJournal(inner: JournalPort, seal: RecordSeal, writes: Writes): JournalPort {
  return overriding(inner, {
    async commit(events, plan) {
      let planned: Plan | undefined;
      const { events: results } = await writes.add(
        inner.commit(events, (fresh) => sealedPlan((planned = plan(fresh)), seal)),
      );
      return { ...(planned ?? nothing), events: results };
    },
  });
}

const nothing: Omit<Commit, 'events'> = { runs: [], spentTasks: [] };

function sealedPlan(plan: Plan, seal: RecordSeal): Plan {
  const { runs, directory } = plan;
  return {
    ...plan,
    runs: runs.map((run) => seal.run(run)),
    ...(directory && {
      directory: { ...directory, registered: directory.registered.map((object) => seal.object(object)) },
    }),
  };
}

export function sealedQueue(inner: RunQueuePort, seal: RecordSeal, writes: Writes): RunQueuePort {
  return overriding(inner, {
    async page(target, now, size) {
      const page = await inner.page(target, now, size);
      return { ...page, runs: page.runs.map(({ run, event }) => ({ run: seal.openRun(run).record, event })) };
    },
    requeue: (run, input, now, note) => writes.add(inner.requeue(run, seal.input(run, input), now, note)),
    requeueAll: (runs, now, note) =>
      writes.add(
        inner.requeueAll(
          runs.map(({ run, input }) => ({ run, input: seal.input(run, input) })),
          now,
          note,
        ),
      ),
  });
}

export function sealedHistory(inner: HistoryPort, seal: RecordSeal): HistoryPort {
  const open = (run: RunRecord): RunRecord => seal.openRun(run).record;
  return overriding(inner, {
    async runs(query) {
      const page = await inner.runs(query);
      return { ...page, items: page.items.map(open) };
    },
    async run(id) {
      const run = await inner.run(id);
      return run && open(run);
    },
  });
}

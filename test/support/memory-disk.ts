import type { RunRecord, TargetHealthRecord } from '../../src/domain/records.ts';
import type {
  JournalPort,
  QueuedPageSize,
  QueuedRun,
  RunQueuePort,
  Settlement,
  TargetHealthPort,
} from '../../src/kernel/ports.ts';
import type { JsonValue } from '../../src/sdk/index.ts';

/** Runs with their events in memory, and a record of what was asked of them. */
export class MemoryDisk implements RunQueuePort, Pick<JournalPort, 'settle'> {
  readonly rows = new Map<string, QueuedRun>();
  readonly settlements: Settlement[] = [];
  /** Targets that do nothing but fail. */
  readonly ailing = new Map<string, TargetHealthRecord>();
  readonly health: TargetHealthPort = {
    all: () => Promise.resolve([...this.ailing.values()]),
    put: (record) => Promise.resolve(void this.ailing.set(record.target, record)),
    remove: (target) => Promise.resolve(void this.ailing.delete(target)),
  };
  /** Targets of the pages that were read. */
  readonly pages: string[] = [];
  /** Targets of which it was asked when they were acted on last. */
  readonly asked: string[] = [];
  /** The most pages that were read at one time. */
  mostReaders = 0;
  /** Waited for before each answer, after the disk was read; may fail. */
  answer: (call: keyof RunQueuePort | 'settle') => Promise<void> = () => Promise.resolve();
  #readers = 0;
  #ids = 0;

  /** Puts an event and a run of it for each of the targets. */
  put(targets: readonly string[], { data = {}, ...over }: Partial<RunRecord> & { data?: JsonValue } = {}) {
    const now = Date.now();
    const event = {
      id: this.#id('e'),
      source: 'test',
      type: 'lamp.lit',
      time: now,
      receivedAt: now,
      data,
      depth: 0,
    };
    const runs = targets.map((target): RunRecord => ({
      ...{
        id: this.#id('r'),
        eventId: event.id,
        taskId: 'light',
        taskName: 'Light',
        action: 'lamp.light',
        target,
      },
      ...{ input: {}, state: 'pending', attempts: 0, dueAt: now, createdAt: now, ...over },
    }));
    for (const run of runs) this.rows.set(run.id, { run, event });
    return { events: [event], runs };
  }

  count(state: RunRecord['state']): number {
    return this.#runs(({ run }) => run.state === state).length;
  }

  async targetsDue(after: number, until: number) {
    const due = this.#pending(({ dueAt }) => dueAt > after && dueAt <= until);
    await this.answer('targetsDue');
    return [...new Set(due.map(({ run }) => run.target))];
  }

  async page(target: string, now: number, { limit, maxBytes = Infinity, known }: QueuedPageSize) {
    this.pages.push(target);
    this.mostReaders = Math.max(this.mostReaders, ++this.#readers);
    const due = this.#pending((run) => run.target === target && run.dueAt <= now);
    const runs: QueuedRun[] = [];
    let bytes = 0;
    for (const { run, event } of due.slice(0, limit)) {
      const size = known?.(event.id) ? 0 : JSON.stringify(event.data).length;
      if (bytes > 0 && bytes + size > maxBytes) break;
      bytes += size;
      runs.push({ run, event: known?.(event.id) ?? structuredClone(event) });
    }
    try {
      await this.answer('page');
    } finally {
      this.#readers--;
    }
    return { runs, complete: runs.length === due.length && runs.length < limit };
  }

  async nextDueAt(after: number) {
    await this.answer('nextDueAt');
    const later = this.#pending(({ dueAt }) => dueAt > after).map(({ run }) => run.dueAt);
    return later.length > 0 ? Math.min(...later) : undefined;
  }

  requeue(): Promise<boolean> {
    return Promise.resolve(false);
  }

  requeueAll(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  cancel(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  interrupted() {
    return Promise.resolve(this.#runs(({ run }) => run.state === 'running').map(({ run }) => run));
  }

  async release(filter: Parameters<RunQueuePort['release']>[0], now: number) {
    await this.answer('release');
    const { reason, target, targetType, action } = filter;
    const held = this.#runs(
      ({ run }) =>
        run.state === 'held' &&
        run.reason === reason &&
        (target === undefined ? run.target.startsWith(`${targetType ?? ''}/`) : run.target === target) &&
        (action === undefined || run.action === action),
    );
    for (const { run, event } of held) {
      this.rows.set(run.id, { run: { ...run, state: 'pending', dueAt: now }, event });
    }
    return [...new Set(held.map(({ run }) => run.target))];
  }

  async releaseSome(target: string, { reasons, limit, now }: Parameters<RunQueuePort['releaseSome']>[1]) {
    await this.answer('releaseSome');
    const held = this.#runs(({ run }) => run.state === 'held' && run.target === target)
      .filter(({ run }) => reasons.some((reason) => reason === run.reason))
      .sort((a, b) => a.run.dueAt - b.run.dueAt)
      .slice(0, limit);
    for (const { run, event } of held) {
      const { reason: _, ...rest } = run;
      this.rows.set(run.id, { run: { ...rest, state: 'pending', dueAt: now }, event });
    }
    return held.length;
  }

  async lastBegun(target: string, after: number) {
    this.asked.push(target);
    await this.answer('lastBegun');
    const begun = this.#runs(({ run }) => run.target === target).map(({ run }) => run.startedAt ?? 0);
    const last = Math.max(...begun, 0);
    return last > after ? last : undefined;
  }

  heldTargets() {
    const held = this.#runs(({ run }) => run.state === 'held');
    return Promise.resolve(
      held.map(({ run: { target, action, reason } }) => ({
        target,
        action,
        reason: reason as 'plugin_unavailable',
      })),
    );
  }

  async hasUnfinished(taskId: string) {
    await this.answer('hasUnfinished');
    return this.#runs(({ run }) => run.taskId === taskId && run.finishedAt === undefined).length > 0;
  }

  async settle(settlements: readonly Settlement[]) {
    await this.answer('settle');
    this.settlements.push(...settlements);
    for (const { runId, attempt: _, ...change } of settlements) {
      const row = this.rows.get(runId);
      if (row) this.rows.set(runId, { ...row, run: { ...row.run, ...change } });
    }
  }

  #id(kind: string): string {
    return `${kind}${String(++this.#ids).padStart(8, '0')}`;
  }

  #runs(which: (queued: QueuedRun) => boolean): QueuedRun[] {
    return [...this.rows.values()].filter(which);
  }

  #pending(which: (run: RunRecord) => boolean): QueuedRun[] {
    return this.#runs(({ run }) => run.state === 'pending' && which(run)).sort(
      (a, b) => a.run.dueAt - b.run.dueAt,
    );
  }
}

import type { AttemptRecord, EventRecord, RunRecord } from '../../src/domain/records.ts';
import { SignalboxError } from '../../src/domain/errors.ts';
import type {
  Commit,
  EventQuery,
  HeldGroup,
  HistoryPort,
  JournalPort,
  Page,
  PageRequest,
  Plan,
  ResourceChange,
  ResourceStorePort,
  Resources,
  RunContext,
  RunQuery,
  RunQueuePort,
  UnfinishedRuns,
  StoreHealthPort,
} from '../../src/kernel/ports.ts';

/**
 * The ports that the API needs, in memory, for specs that are not about storage. `fail` makes every write and the
 * ping reject, as a full disk would.
 */
export class MemoryStorage implements JournalPort, HistoryPort, ResourceStorePort, StoreHealthPort {
  readonly storedEvents: EventRecord[] = [];
  readonly storedRuns: RunRecord[] = [];
  readonly storedAttempts: AttemptRecord[] = [];
  readonly changes: ResourceChange[] = [];
  fail = false;

  commit(events: readonly EventRecord[], plan: (events: readonly EventRecord[]) => Plan): Promise<Commit> {
    return this.#write(() => {
      const known = events.map((event) => this.#store(event));
      const fresh = events.filter((event, i) => known[i] === event.id);
      const planned = plan(fresh);
      this.storedRuns.push(...planned.runs);
      const results = events.map((event, i) => ({
        id: known[i] ?? event.id,
        duplicate: known[i] !== event.id,
      }));
      return { ...planned, events: results };
    });
  }

  settle(): Promise<void> {
    return Promise.resolve();
  }

  events({ type, object, source, ...request }: EventQuery): Promise<Page<EventRecord>> {
    const found = this.storedEvents
      .filter((event) => type === undefined || event.type === type)
      .filter((event) => object === undefined || event.object === object)
      .filter((event) => source === undefined || event.source === source)
      .filter((event) => within(event.receivedAt, request));
    return Promise.resolve(newestFirst(found, request));
  }

  event(id: string): Promise<EventRecord | undefined> {
    return Promise.resolve(this.storedEvents.find((event) => event.id === id));
  }

  /** As far as the API is concerned: a search looks at ids and names only. */
  runs({ states, taskId, target, eventId, ...query }: RunQuery): Promise<Page<RunRecord>> {
    const { action, eventType, search, order, ...request } = query;
    const found = this.storedRuns
      .filter((run) => action === undefined || run.action === action)
      .filter((run) => eventType === undefined || this.#eventOf(run)?.type === eventType)
      .filter((run) => search === undefined || `${run.taskName} ${run.target}`.includes(search))
      .filter((run) => !states || states.includes(run.state))
      .filter((run) => taskId === undefined || run.taskId === taskId)
      .filter((run) => target === undefined || run.target === target)
      .filter((run) => eventId === undefined || run.eventId === eventId)
      .filter((run) => within(run.createdAt, request));
    const page = newestFirst(found, request);
    return Promise.resolve(order?.descending === false ? { items: page.items.toReversed() } : page);
  }

  contexts(runs: readonly RunRecord[]): Promise<readonly RunContext[]> {
    return Promise.resolve(
      runs.map((run) => {
        const event = this.#eventOf(run);
        return event ? { event: { type: event.type, ...(event.object && { object: event.object }) } } : {};
      }),
    );
  }

  run(id: string): Promise<RunRecord | undefined> {
    return Promise.resolve(this.storedRuns.find((run) => run.id === id));
  }

  attempts(runId: string): Promise<readonly AttemptRecord[]> {
    return Promise.resolve(this.storedAttempts.filter((attempt) => attempt.runId === runId));
  }

  removeRun(id: string): Promise<boolean> {
    const at = this.storedRuns.findIndex((run) => run.id === id);
    if (!['succeeded', 'failed', 'cancelled'].includes(this.storedRuns[at]?.state ?? ''))
      return Promise.resolve(false);
    this.storedRuns.splice(at, 1);
    return Promise.resolve(true);
  }

  #eventOf({ eventId }: RunRecord): EventRecord | undefined {
    return this.storedEvents.find(({ id }) => id === eventId);
  }

  /** The part of the queue that a person's retry needs. */
  readonly requeue: RunQueuePort['requeue'] = (retried, input, now) => {
    const at = this.storedRuns.findIndex(({ id }) => id === retried.id);
    const run = this.storedRuns[at];
    if (!run || !['failed', 'held', 'cancelled'].includes(run.state)) return Promise.resolve(false);
    this.storedRuns[at] = { ...run, state: 'pending', input, dueAt: now };
    return Promise.resolve(true);
  };

  held(): Promise<readonly HeldGroup[]> {
    return Promise.resolve([]);
  }

  unfinished(): Promise<UnfinishedRuns> {
    const count = (state: string): number => this.storedRuns.filter((run) => run.state === state).length;
    return Promise.resolve({ pending: count('pending'), running: count('running'), held: count('held') });
  }

  load(): Promise<Resources> {
    return Promise.resolve({ objects: [], tags: [], tasks: [], triggers: [], states: [] });
  }

  apply(changes: readonly ResourceChange[]): Promise<void> {
    return this.#write(() => {
      this.changes.push(...changes);
    });
  }

  readyMade(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  outbox(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  clearOutbox(): Promise<void> {
    return Promise.resolve();
  }

  ping(): Promise<void> {
    return this.#write(() => undefined);
  }

  /** Id of the stored event: its own, unless it is a duplicate. */
  #store(event: EventRecord): string {
    const { source, sourceId } = event;
    const known =
      sourceId === undefined
        ? undefined
        : this.storedEvents.find((other) => other.source === source && other.sourceId === sourceId);
    if (!known) this.storedEvents.push(event);
    return (known ?? event).id;
  }

  #write<T>(work: () => T): Promise<T> {
    if (!this.fail) return Promise.resolve(work());
    return Promise.reject(
      new SignalboxError('STORAGE_UNAVAILABLE', 'disk full on /dev/secret', { retryAfter: 7 }),
    );
  }
}

function within(time: number, { from = -Infinity, to = Infinity }: PageRequest): boolean {
  return time >= from && time < to;
}

function newestFirst<T extends { readonly id: string }>(
  found: readonly T[],
  { limit, cursor }: PageRequest,
): Page<T> {
  const sorted = [...found].sort((a, b) => (a.id < b.id ? 1 : -1));
  const rest = cursor === undefined ? sorted : sorted.filter(({ id }) => id < cursor);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return { items, ...(last && rest.length > limit && { next: last.id }) };
}

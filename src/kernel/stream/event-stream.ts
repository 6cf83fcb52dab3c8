import { Inject, Injectable } from '@nestjs/common';
import { lastValueFrom, Subject, type Observable } from 'rxjs';
import { SignalboxError } from '../../domain/errors.ts';
import type { EventRecord, ObjectRecord, RunRecord } from '../../domain/records.ts';
import { KERNEL_LIMITS, type KernelLimits } from '../limits.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import { JOURNAL, type Commit, type JournalPort } from '../ports.ts';
import { Planner } from '../routing/planner.ts';
import { ResourceIndex } from '../resources/resource-index.ts';
import { Admission } from './admission.ts';
import { roughSize } from '../rough-size.ts';
import { cutByRuns } from './cut-by-runs.ts';
import { eventRecord, type EventInput, type EventOrigin } from './event-input.ts';
import { groupCommit } from './group-commit.ts';
import { Subjects } from './subjects.ts';

/** What became of a published event. */
export interface Published {
  /** Id of the stored event. */
  readonly id: string;
  /** It had been stored before: nothing was changed or fired. */
  readonly duplicate: boolean;
  /** How many runs it caused. */
  readonly runs: number;
  /** Where it is about several objects, one event for each; what is said above is then the first one's id and the sum. */
  readonly events?: readonly PublishedAbout[];
}

/** What became of an event for one of the objects that it is about. */
export interface PublishedAbout extends Published {
  /** Key of the object. */
  readonly object: string;
}

/** Events and their runs that have just become durable. */
export interface Committed {
  readonly events: readonly EventRecord[];
  readonly runs: readonly RunRecord[];
  /** Objects that have come into being with them. */
  readonly registered: readonly ObjectRecord[];
  /** How many that came with them had been stored before. */
  readonly duplicates: number;
}

/** What became of one event. */
type Stored = Omit<Published, 'events'>;

interface Arrival {
  readonly events: readonly EventRecord[];
  readonly resolve: (stored: readonly Stored[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Runs that several events of one request may cause. */
const mostRunsOfRequest = 20_000;

/** The one way in: every event, from wherever, is judged, planned and stored here. */
@Injectable()
export class EventStream {
  readonly #arrivals = new Subject<Arrival>();
  readonly #committed = new Subject<Committed>();
  readonly #failed = new Subject<void>();
  readonly #admission: Admission;
  readonly #drained: Promise<unknown>;
  #closed = false;

  constructor(
    private readonly registry: PluginRegistry,
    private readonly planner: Planner,
    private readonly index: ResourceIndex,
    private readonly subjects: Subjects,
    @Inject(JOURNAL) private readonly journal: JournalPort,
    @Inject(KERNEL_LIMITS) limits: KernelLimits,
  ) {
    this.#admission = new Admission(limits.ingest);
    const groups = this.#arrivals.pipe(
      groupCommit({ maxSize: limits.ingest.groupSize, work: (group) => this.#commit(group) }),
    );
    this.#drained = lastValueFrom(groups, { defaultValue: undefined });
  }

  /** A commit has failed: what it was to store may be there all the same. */
  get failed(): Observable<void> {
    return this.#failed;
  }

  /** What has become durable, for the dispatcher. */
  get committed(): Observable<Committed> {
    return this.#committed;
  }

  /**
   * Stores the events with the runs that they cause; resolves when all are on disk. When one of them is not valid
   * none is stored.
   */
  async publish(inputs: readonly EventInput[], origin: EventOrigin): Promise<readonly Published[]> {
    const judged = inputs.map((input, i) =>
      this.#judge(input, { origin, index: inputs.length > 1 ? i : undefined }),
    );
    const events = judged.flat();
    if (events.length === 0) return [];
    this.#checkFanOut(events);
    const load = { events: events.length, bytes: events.reduce((sum, { data }) => sum + roughSize(data), 0) };
    if (!this.#admission.tryEnter(load)) await this.#admission.enter(load);
    try {
      return together(judged, await this.#arrive(events));
    } finally {
      this.#admission.leave(load);
    }
  }

  /** The event, or one for each object that it is about, as `publish` would store it. Throws as that would reject. */
  judge(input: EventInput, origin: EventOrigin): readonly EventRecord[] {
    return this.#judge(input, { origin, index: undefined });
  }

  /** Takes nothing more in, and waits for what is on its way to the disk. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#arrivals.complete();
    await this.#drained;
    this.#committed.complete();
  }

  /** What comes in one request is stored in one transaction, which must not hold up all others. */
  #checkFanOut(events: readonly EventRecord[]): void {
    if (events.length === 1) return;
    const runs = events.reduce((sum, event) => sum + this.planner.mostRuns(event), 0);
    if (runs <= mostRunsOfRequest) return;
    throw new SignalboxError(
      'BATCH_TOO_LARGE',
      `these ${String(events.length)} events may cause ${String(runs)} runs; at most ${String(mostRunsOfRequest)} in one request`,
    );
  }

  #judge(
    input: EventInput,
    { origin, index }: { origin: EventOrigin; index: number | undefined },
  ): readonly EventRecord[] {
    try {
      const event = eventRecord(input, this.registry, origin);
      const events = this.subjects.of(event);
      const { object, trigger } = origin;
      if (object) for (const about of events) this.planner.remember(about, { object });
      if (trigger !== undefined) for (const about of events) this.planner.remember(about, { trigger });
      return events;
    } catch (error) {
      throw index !== undefined && error instanceof SignalboxError ? error.at(index) : error;
    }
  }

  #arrive(events: readonly EventRecord[]): Promise<readonly Stored[]> {
    if (this.#closed) {
      throw new SignalboxError('SHUTTING_DOWN', 'Signalbox is shutting down', { retryAfter: 5 });
    }
    return new Promise((resolve, reject) => {
      this.#arrivals.next({ events, resolve, reject });
    });
  }

  /** Never rejects. A group whose runs are many is stored in several transactions. */
  async #commit(group: readonly Arrival[]): Promise<void> {
    for (const part of cutByRuns(group, (event) => this.planner.mostRuns(event)))
      await this.#commitPart(part);
  }

  async #commitPart(part: readonly Arrival[]): Promise<void> {
    try {
      await this.#store(part);
    } catch (error) {
      if (part.length === 1 || isStorageFault(error)) {
        for (const arrival of part) arrival.reject(error);
        // The answer of a commit may be lost though it was stored.
        if (isStorageFault(error)) this.#failed.next();
      } else {
        // One of them has spoilt it for all: each gets a transaction, and an error, of its own.
        for (const arrival of part) await this.#commitPart([arrival]);
      }
    }
  }

  async #store(part: readonly Arrival[]): Promise<void> {
    const [first, ...others] = part;
    const events = first && others.length === 0 ? first.events : part.flatMap((arrival) => arrival.events);
    const commit = await this.journal.commit(events, (fresh) => this.planner.plan(fresh));
    this.#retireSpent(commit.spentTasks);
    const registered = commit.directory ? this.index.note(commit.directory) : [];
    const fresh = freshOf(events, commit);
    const duplicates = events.length - fresh.length;
    this.#committed.next({ events: fresh, runs: commit.runs, registered, duplicates });
    answer(part, commit);
  }

  #retireSpent(taskIds: readonly string[]): void {
    for (const id of taskIds) {
      const task = this.index.task(id);
      if (task) this.index.change({ kind: 'task', put: { ...task, spent: true } });
    }
  }
}

function isStorageFault(error: unknown): boolean {
  return error instanceof SignalboxError && error.code === 'STORAGE_UNAVAILABLE';
}

function freshOf(events: readonly EventRecord[], { events: results }: Commit): readonly EventRecord[] {
  return events.filter((_, i) => results[i]?.duplicate === false);
}

function answer(group: readonly Arrival[], commit: Commit): void {
  const runs = new Map<string, number>();
  for (const { eventId } of commit.runs) runs.set(eventId, (runs.get(eventId) ?? 0) + 1);
  let next = 0;
  for (const { events, resolve } of group) {
    const results = commit.events.slice(next, (next += events.length));
    resolve(
      results.map(({ id, duplicate }) => ({ id, duplicate, runs: duplicate ? 0 : (runs.get(id) ?? 0) })),
    );
  }
}

/** `stored` has an entry for each event of `judged`, which has a list for each event that was sent. */
function together(
  judged: readonly (readonly EventRecord[])[],
  stored: readonly Stored[],
): readonly Published[] {
  let next = 0;
  return judged.map((events) => {
    const results = stored.slice(next, (next += events.length));
    const [first] = results;
    if (!first) throw new Error('an event has no result');
    if (results.length === 1) return first;
    return {
      id: first.id,
      duplicate: results.every(({ duplicate }) => duplicate),
      runs: results.reduce((sum, { runs }) => sum + runs, 0),
      events: results.map((result, i) => ({ object: events[i]?.object ?? '', ...result })),
    };
  });
}

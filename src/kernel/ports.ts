import type { AuditRecord } from '../domain/audit.ts';
import type { Cause, JsonObject, JsonValue } from '../sdk/index.ts';
import type {
  AttemptRecord,
  EventRecord,
  HoldReason,
  ObjectRecord,
  ObjectState,
  RunRecord,
  RunState,
  TagRecord,
  TargetHealthRecord,
  TaskRecord,
  TriggerRecord,
} from '../domain/records.ts';

/*
 * What the kernel needs of the disk. The database is the truth. Every method rejects with
 * SignalboxError STORAGE_UNAVAILABLE when the storage fails, after which nothing of the call is stored.
 */

/** What events say of the objects that they are about. */
export interface DirectoryChange {
  /** Objects that come into being with them; one that is stored meanwhile stays as it is. */
  readonly registered: readonly ObjectRecord[];
  /** At most one for each object. */
  readonly states: readonly ObjectState[];
  /** States that were told once more, later than they are stored with: for memory, not for the disk. */
  readonly repeated?: readonly ObjectState[];
}

/** The runs that a set of new events causes. */
export interface Plan {
  readonly runs: readonly RunRecord[];
  /** Ids of delete-after-running tasks that fired in it. */
  readonly spentTasks: readonly string[];
  readonly directory?: DirectoryChange;
}

/** What became of the events of one commit, in their order. */
export interface Commit {
  readonly events: readonly { readonly id: string; readonly duplicate: boolean }[];
  readonly runs: readonly RunRecord[];
  readonly spentTasks: readonly string[];
  readonly directory?: DirectoryChange;
}

/**
 * The end of one attempt, or a change of state without one. It applies only to a run that is pending or
 * running: what was cancelled stays so.
 */
export interface Settlement {
  /** Id of the run. */
  readonly runId: string;
  readonly state: RunState;
  readonly reason?: string;
  readonly attempts: number;
  readonly dueAt: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly attempt?: AttemptRecord;
}

export const JOURNAL = Symbol('Journal');

/** The log of what happened and what was done about it. */
export interface JournalPort {
  /**
   * Stores events and their runs in one transaction. `plan` is called within it, with those events that are
   * new; it must be quick, must not wait and must change nothing, since it is called again when the transaction is
   * tried again. An event whose source and sourceId are stored already (or
   * stand earlier in the same call) is a duplicate: its result carries the stored event's id. Resolves when all
   * is durable.
   */
  commit(events: readonly EventRecord[], plan: (events: readonly EventRecord[]) => Plan): Promise<Commit>;

  /** Stores outcomes in one transaction. Resolves when all is durable. */
  settle(settlements: readonly Settlement[]): Promise<void>;
}

export const RUN_QUEUE = Symbol('RunQueue');

/** A run that is ready, with the event that caused it. */
export interface QueuedRun {
  readonly run: RunRecord;
  readonly event: EventRecord;
}

/** Some of the pending runs of a target. */
export interface QueuedPage {
  readonly runs: readonly QueuedRun[];
  /** There are no more than these. */
  readonly complete: boolean;
}

/** What the audit log says of runs, told those that something was done to; it is stored in the same transaction. */
export type RunsNote = (runIds: readonly string[]) => readonly AuditRecord[];

/** How much of the pending runs of a target is read at one time. */
export interface QueuedPageSize {
  /** Runs, at most. */
  readonly limit: number;
  /** Stops when the events that had to be read are about as large as this together; one is read at any rate. */
  readonly maxBytes?: number;
  /** Events that the caller has already are not read again. */
  readonly known?: (eventId: string) => EventRecord | undefined;
}

/** A run that is to be tried again. */
export type RetriedRun = Pick<RunRecord, 'id' | 'taskId' | 'action'>;

/** The pending runs on disk, for those that memory does not hold. */
export interface RunQueuePort {
  /** Targets with pending runs due in (`after`, `until`]. */
  targetsDue(after: number, until: number): Promise<readonly string[]>;
  /** Pending runs of a target due by `now`, the longest due first. Runs of one event share it. */
  page(target: string, now: number, size: QueuedPageSize): Promise<QueuedPage>;
  /** When the next pending run later than `after` is due. */
  nextDueAt(after: number): Promise<number | undefined>;
  /**
   * Makes a failed, held or cancelled run pending again with this input, due at `now`. False when it is in
   * another state or does not exist.
   */
  requeue(run: RetriedRun, input: JsonObject, now: number, note?: RunsNote): Promise<boolean>;
  /** The same for many, in one transaction. Returns those that are pending now. */
  requeueAll(
    runs: readonly { readonly run: RetriedRun; readonly input: JsonObject }[],
    now: number,
    note?: RunsNote,
  ): Promise<readonly string[]>;
  /** Cancels those that are pending or held. Returns them. */
  cancel(runIds: readonly string[], now: number, note?: RunsNote): Promise<readonly string[]>;
  /** Ids and actions of the runs that a previous process left running. */
  interrupted(): Promise<
    readonly { readonly id: string; readonly action: string; readonly attempts: number }[]
  >;
  /**
   * Makes held runs with this reason pending again, due at `now`; of one target or (undefined) of all whose
   * target starts with `targetType/`; of one action or (undefined) of all. Returns their targets.
   */
  release(
    filter: {
      readonly reason: HoldReason;
      readonly target?: string;
      readonly targetType?: string;
      readonly action?: string;
    },
    now: number,
  ): Promise<readonly string[]>;
  /**
   * Makes at most so many of a target's held runs pending, due at `now`: those with one of these reasons, the longest due first.
   * Returns how many.
   */
  releaseSome(
    target: string,
    portion: { readonly reasons: readonly HoldReason[]; readonly limit: number; readonly now: number },
  ): Promise<number>;
  /** When the last attempt on a target began, if that was later than `after` (epoch ms). */
  lastBegun(target: string, after: number): Promise<number | undefined>;
  /** For which reasons runs of which action on which targets are held. */
  heldTargets(): Promise<
    readonly { readonly target: string; readonly action: string; readonly reason: HoldReason }[]
  >;
  /** Whether a task has runs that have not ended. */
  hasUnfinished(taskId: string): Promise<boolean>;
}

export const TARGET_HEALTH = Symbol('TargetHealth');

/** Which targets do nothing but fail. */
export interface TargetHealthPort {
  all(): Promise<readonly TargetHealthRecord[]>;
  put(record: TargetHealthRecord): Promise<void>;
  remove(target: string): Promise<void>;
}

export const HISTORY = Symbol('History');

/** Half-open range of epoch milliseconds. */
export interface TimeRange {
  readonly from?: number;
  readonly to?: number;
}

/**
 * A page, newest first unless it was asked for otherwise. `next` is the cursor of the following page; a page may be short,
 * even empty, and have one.
 */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

export interface PageRequest extends TimeRange {
  /** 1 to 500. */
  readonly limit: number;
  /** `next` of the page before, in the same order. In the order of time it is the id of the last item. */
  readonly cursor?: string;
}

export interface EventQuery extends PageRequest {
  readonly type?: string;
  /** Key of the object. */
  readonly object?: string;
  readonly source?: string;
  /** A text in its id, type, object, source or data; case aside. */
  readonly search?: string;
  /** Default: newest first. */
  readonly oldestFirst?: boolean;
}

export interface RunQuery extends PageRequest {
  readonly states?: readonly RunState[];
  readonly taskId?: string;
  /** `<object type>/<key>`. */
  readonly target?: string;
  readonly eventId?: string;
  readonly triggerId?: string;
  readonly action?: string;
  /** Why it is held. */
  readonly reason?: HoldReason;
  /** Of the event, `cmdb.updated`. */
  readonly eventType?: string;
  /** A text that the run has in it, its event's type, object or source, or what was sent and received; case aside. */
  readonly search?: string;
  /** Default: newest first. */
  readonly order?: RunOrder;
}

/** Which runs, wherever they are in the list. */
export type RunFilter = Omit<RunQuery, 'limit' | 'cursor' | 'order'>;

/** Runs of one target or task are in the order of time. */
export interface RunOrder {
  readonly by: 'time' | 'target' | 'task';
  readonly descending: boolean;
}

/** What is shown beside a run in a list. */
export interface RunContext {
  /** Absent when it is no longer kept. */
  readonly event?: Pick<EventRecord, 'type' | 'object'>;
  /** HTTP status of the last answer. */
  readonly responseStatus?: number;
}

/** Runs that are held alike. */
export interface HeldGroup {
  readonly target: string;
  readonly action: string;
  readonly reason: string;
  readonly runs: number;
  /** When the oldest was made, epoch ms. */
  readonly since: number;
}

/** How many runs are in a state that they will leave; `mostCounted` stands for more, too. */
export type UnfinishedRuns = Readonly<Record<'pending' | 'running' | 'held', number>>;

/** Counting goes no further, so that a scrape stays quick whatever waits. */
export const mostCounted = 100_000;

/** Reading what happened, and forgetting it. */
export interface HistoryPort {
  events(query: EventQuery): Promise<Page<EventRecord>>;
  event(id: string): Promise<EventRecord | undefined>;
  runs(query: RunQuery): Promise<Page<RunRecord>>;
  /** One for each run, in their order. */
  contexts(runs: readonly RunRecord[]): Promise<readonly RunContext[]>;
  run(id: string): Promise<RunRecord | undefined>;
  attempts(runId: string): Promise<readonly AttemptRecord[]>;
  /** What is held, by target, action and reason, the most first. */
  held(): Promise<readonly HeldGroup[]>;
  unfinished(): Promise<UnfinishedRuns>;
  /** Deletes a run that has ended, with its attempts. False when it has not ended or does not exist. */
  removeRun(id: string, note?: RunsNote): Promise<boolean>;
}

export const RETENTION = Symbol('Retention');

/** The tables that grow with every event. Attempts belong to their runs. */
export type GrowingTable = 'event' | 'run';

/** Rows that follow one another in the order of their ids, which is that of time. */
export interface Stretch {
  /** The id before the first of them; '' begins with the oldest row. */
  readonly after: string;
  /** The most rows that it may have. */
  readonly limit: number;
}

/** A stretch that has been gone over. */
export interface Walked {
  readonly rows: number;
  /** Where the next stretch begins: id of the last row, `after` if there was none. */
  readonly last: string;
}

/** Deleting what need not be kept any longer, piece by piece. */
export interface RetentionPort {
  count(table: GrowingTable, stretch: Stretch): Promise<Walked>;
  /**
   * Deletes what may go of a stretch, in one transaction: runs that have ended, with their attempts; events of which
   * no run is left. With `before` (epoch ms) the stretch ends there, and runs that ended later stay, too.
   */
  prune(
    table: GrowingTable,
    stretch: Stretch & { readonly before?: number },
  ): Promise<Walked & { readonly deleted: number }>;
  /** Gives some of the room that is free in the database back to the disk. Whether there is more to give back. */
  shrink(): Promise<boolean>;
}

export const RESOURCE_STORE = Symbol('ResourceStore');

/** All that people configure. */
export interface Resources {
  readonly objects: readonly ObjectRecord[];
  readonly tags: readonly TagRecord[];
  readonly tasks: readonly TaskRecord[];
  readonly triggers: readonly TriggerRecord[];
  readonly states: readonly ObjectState[];
}

/** `put` inserts or replaces by identity (object: type and key; tag: name; task and trigger: id). */
export type ResourceChange =
  | { readonly kind: 'object'; readonly put: ObjectRecord }
  | { readonly kind: 'tag'; readonly put: TagRecord }
  | { readonly kind: 'task'; readonly put: TaskRecord }
  | { readonly kind: 'trigger'; readonly put: TriggerRecord }
  | { readonly kind: 'object'; readonly remove: { readonly type: string; readonly key: string } }
  | { readonly kind: 'tag' | 'task' | 'trigger'; readonly remove: string };

/** An event about a change of an object that is on disk, while the event itself is not yet. */
export interface OutboxRecord {
  /** UUIDv7; the event's id at its source. */
  readonly id: string;
  readonly event: {
    readonly type: string;
    readonly data: JsonValue;
    /** When the object was changed, epoch ms. */
    readonly time: number;
    /** The event that led to the change. */
    readonly causedBy?: Cause;
  };
  /** The object that it is about, as it was last. */
  readonly object: ObjectRecord;
}

/** Names an object. */
export interface ObjectName {
  readonly type: string;
  readonly key: string;
}

/** What is stored together with changes of resources. */
export interface Beside {
  readonly outbox?: readonly OutboxRecord[];
  /** One that is older than the stored one is left out. */
  readonly states?: readonly ObjectState[];
  readonly readyMade?: readonly ObjectName[];
  readonly audit?: readonly AuditRecord[];
}

export interface ResourceStorePort {
  load(): Promise<Resources>;
  /** All or nothing. An object takes its state with it when it is removed. */
  apply(changes: readonly ResourceChange[], beside?: Beside): Promise<void>;
  /** Objects that types have brought along, whether they are still there or not. */
  readyMade(): Promise<readonly ObjectName[]>;
  /** What a previous process left in the outbox, in the order of the ids. */
  outbox(): Promise<readonly OutboxRecord[]>;
  /** The events are stored. */
  clearOutbox(ids: readonly string[]): Promise<void>;
}

/** A key that something in the database may be sealed with. */
export interface KeyUse {
  readonly id: string;
  /** Since when, epoch ms. */
  readonly since: number;
  /** What it replaced was overwritten, as far as the database can. */
  readonly clean: boolean;
}

/** Documents that are put anew, each as it is to stand in its column. */
export interface Resealed {
  readonly objects?: readonly Pick<
    ObjectRecord,
    'type' | 'key' | 'settings' | 'enabled' | 'updatedAt' | 'changedAt'
  >[];
  readonly tasks?: readonly Pick<TaskRecord, 'id' | 'settings' | 'enabled' | 'updatedAt'>[];
  readonly outbox?: readonly Pick<OutboxRecord, 'id' | 'object'>[];
  /** Put only where the column still says what was read. */
  readonly runs?: readonly (Pick<RunRecord, 'id' | 'input'> & Pick<KeptInput, 'text'>)[];
  /** Those that something may be sealed with from now on, all of them. */
  readonly keys?: readonly KeyUse[];
  readonly audit?: readonly AuditRecord[];
}

/** What a run keeps of its task's settings. */
export interface KeptInput extends Pick<RunRecord, 'id' | 'taskId' | 'action' | 'input'> {
  /** As it stands in the column, to the letter. */
  readonly text: string;
}

/** What was found among some runs, and after which id to go on; undefined: there are no more. */
export interface KeptInputs {
  readonly items: readonly KeptInput[];
  readonly next: string | undefined;
}

/** What is sealed and with what; the sealing itself is not its business. */
export interface SecretStorePort {
  keys(): Promise<readonly KeyUse[]>;
  /**
   * All in one transaction. What is not there any more is left out. Gives how many runs were left as they are, since they are not as
   * they were read.
   */
  reseal(resealed: Resealed): Promise<number>;
  /**
   * Looks at the next so many runs, in the order of their ids, for those whose input is sealed, or whose action is not one of
   * `harmless`.
   */
  inputs(stretch: {
    readonly after: string;
    readonly limit: number;
    readonly harmless: readonly string[];
  }): Promise<KeptInputs>;
  /**
   * Overwrites what replaced and deleted rows have left behind, as far as the database can; with `runs` what those of runs have, too.
   * May take a while, in which nothing else is written.
   */
  scrub(what: { readonly runs: boolean }): Promise<void>;
  /** Empties the log of what was written, where that is quick: enough where everything was sealed before, too. */
  emptyLog(): Promise<void>;
}

export const STORE_HEALTH = Symbol('StoreHealth');

/** Whether the storage answers. */
export interface StoreHealthPort {
  /** Rejects when it does not. */
  ping(): Promise<void>;
}

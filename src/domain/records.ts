import type { JsonObject, JsonValue } from '../sdk/index.ts';

/*
 * The records that the kernel works with, as they are kept on disk. Times are epoch milliseconds; ids are
 * UUIDv7 (ordered by time) unless a person chose them.
 */

/** Who looks after a resource: the API (people), the configuration file, or the events that named it first. */
export type ManagedBy = 'api' | 'config' | 'event';

interface Managed {
  readonly managedBy: ManagedBy;
  /** When people last changed it over the API although the configuration looks after it; gone once it is applied again. */
  readonly changedByHandAt?: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** One thing of an object type. `type` and `key` together name it: `vm/gpu-01`. */
export interface ObjectRecord extends Managed {
  readonly type: string;
  readonly key: string;
  readonly name: string;
  readonly enabled: boolean;
  /** `category/name` each. */
  readonly tags: readonly string[];
  /** As parsed by the type's schema, defaults filled in, secrets in clear. */
  readonly settings: JsonObject;
  /** When its settings were last changed, or it was switched on or off. */
  readonly changedAt: number;
}

/** What events have told of an object last, by the `state` of its type. Only what changes it is written. */
export interface ObjectState {
  readonly type: string;
  readonly key: string;
  readonly state: JsonObject;
  /** When the event happened that told it; what happened before it tells nothing any more. */
  readonly at: number;
}

/** A label for objects: `vms/jthompson-gpu`. */
export interface TagRecord extends Managed {
  /** `category/name`. */
  readonly name: string;
  readonly description?: string;
}

/** What a task acts on: one object by its key, or every object of the action's type that bears a tag. */
export type Target = { readonly object: string } | { readonly tag: string };

/** An action on a target. */
export interface TaskRecord extends Managed {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly enabled: boolean;
  /** Fires once; gone when its runs have ended. */
  readonly deleteAfterRunning: boolean;
  /** `<object type>.<action>`, e.g. `webhook.send`. */
  readonly action: string;
  readonly target: Target;
  /** The action's input, templates not yet filled in. */
  readonly settings: JsonObject;
  /** A delete-after-running task that has fired: it fires no more. */
  readonly spent: boolean;
}

/** What makes a task run: an event type, one object or a tag or neither (any), and a filter. */
export interface TriggerRecord extends Managed {
  readonly id: string;
  readonly enabled: boolean;
  /** Event type, e.g. `vm.power_on`. */
  readonly event: string;
  /** Key of one object of the event's type. Never together with `tag`. */
  readonly object?: string;
  readonly tag?: string;
  /** Mongo-style conditions on the event. */
  readonly filter?: JsonObject;
  /** Id of the task that it fires. */
  readonly task: string;
}

/** Something that happened. */
export interface EventRecord {
  readonly id: string;
  /** CloudEvents source. Together with `sourceId` it is unique. */
  readonly source: string;
  /** The id that the sender gave it; absent when it gave none. */
  readonly sourceId?: string;
  /** `<object type>.<event>`. */
  readonly type: string;
  /** Key of the object that it is about. */
  readonly object?: string;
  /** When it happened. */
  readonly time: number;
  readonly receivedAt: number;
  readonly data: JsonValue;
  /** Id of the event whose task caused it. */
  readonly causedBy?: string;
  /** Length of the chain of causes before it; 0 for an event from outside. */
  readonly depth: number;
}

/** Clocks differ by so much, ms; a state that is told of a later time than that was told by one that was wrong. */
export const clockSlack = 60_000;

/** Whether a state that is known is newer than what is told of a time, now; epoch ms. */
export function isNewer(known: ObjectState, told: { readonly at: number; readonly now: number }): boolean {
  return known.at > told.at && known.at <= told.now + clockSlack;
}

export const runStates = ['pending', 'running', 'succeeded', 'failed', 'held', 'cancelled'] as const;
export type RunState = (typeof runStates)[number];

/** Why a run is held: stable codes that people and scripts can rely on. */
export const holdReasons = [
  'target_disabled',
  'target_missing',
  'target_failing',
  'plugin_unavailable',
  'outcome_unknown',
  'too_many_targets',
] as const;
export type HoldReason = (typeof holdReasons)[number];

/** A target that does nothing but fail. */
export interface TargetHealthRecord {
  /** `<object type>/<key>`. */
  readonly target: string;
  /** When the first of the failures was, epoch ms. */
  readonly since: number;
  /** In a row, when its runs began to be held. */
  readonly failures: number;
  /** Of the last one. */
  readonly error: string;
}

/** One execution of one task on one object for one event. It keeps all it needs, should the task change or go. */
export interface RunRecord {
  readonly id: string;
  readonly eventId: string;
  readonly taskId: string;
  /** The task's name when it fired. */
  readonly taskName: string;
  readonly triggerId?: string;
  readonly action: string;
  /** `<object type>/<key>`. */
  readonly target: string;
  /** The task's settings when it fired, templates not yet filled in. */
  readonly input: JsonObject;
  readonly state: RunState;
  /** Hold reason, or the message of the last error. */
  readonly reason?: string;
  /** Attempts counted so far. */
  readonly attempts: number;
  /** Not before this time. */
  readonly dueAt: number;
  readonly createdAt: number;
  /** Begin of the last attempt. */
  readonly startedAt?: number;
  /** When it succeeded, failed or was cancelled. */
  readonly finishedAt?: number;
}

/**
 * How an attempt ended: `succeeded`; `failed` (for good); `retrying` (failed, will be tried again); `unknown`
 * (may or may not have happened).
 */
export const attemptOutcomes = ['succeeded', 'failed', 'retrying', 'unknown'] as const;
export type AttemptOutcome = (typeof attemptOutcomes)[number];

/** One try of a run: what was sent, what came back, how long it took. Secrets are redacted. */
export interface AttemptRecord {
  readonly runId: string;
  /** From 1. */
  readonly number: number;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly outcome: AttemptOutcome;
  readonly error?: string;
  readonly sent?: JsonValue;
  readonly received?: JsonValue;
  readonly result?: JsonValue;
}

/** `vm/gpu-01` → its two halves. The key may contain further slashes. */
export function splitRef(ref: string): { readonly type: string; readonly key: string } {
  const slash = ref.indexOf('/');
  return { type: ref.slice(0, slash), key: ref.slice(slash + 1) };
}

/** `vm.power_on` → its two halves. */
export function splitName(name: string): { readonly type: string; readonly member: string } {
  const dot = name.indexOf('.');
  return { type: name.slice(0, dot), member: name.slice(dot + 1) };
}

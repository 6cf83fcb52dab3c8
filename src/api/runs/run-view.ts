import type { AttemptRecord, EventRecord, RunRecord, RunState } from '../../domain/records.ts';
import type { HeldGroup, RunContext } from '../../kernel/ports.ts';
import type { JsonObject, JsonValue } from '../../sdk/index.ts';
import { eventView, type EventView } from '../events/event-view.ts';
import { rfc3339Of } from '../validation/rfc3339.ts';

export interface RunView {
  readonly id: string;
  readonly state: RunState;
  /** Why it is held, or what went wrong last. */
  readonly reason?: string;
  /** With the name that the task had when it fired. */
  readonly task: { readonly id: string; readonly name: string };
  readonly action: string;
  /** `<object type>/<key>`. */
  readonly target: string;
  /** In lists with its type and the key of its object. */
  readonly event: { readonly id: string; readonly type?: string; readonly object?: string };
  /** Id of the trigger that fired. */
  readonly trigger?: string;
  /** Attempts so far. */
  readonly attempts: number;
  readonly dueAt: string;
  /** A pending run is not begun before: its target has just been acted on. */
  readonly notBefore?: string;
  readonly createdAt: string;
  /** Begin of the last attempt. */
  readonly startedAt?: string;
  readonly finishedAt?: string;
  /** From the begin of the last attempt to the end. */
  readonly durationMs?: number;
  /** HTTP status of the last answer. */
  readonly responseStatus?: number;
}

export interface AttemptView {
  readonly number: number;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly outcome: string;
  readonly error?: string;
  readonly sent?: JsonValue;
  readonly received?: JsonValue;
  readonly result?: JsonValue;
}

/** Runs that are held alike. */
export interface HeldView {
  /** `<object type>/<key>`. */
  readonly target: string;
  readonly action: string;
  readonly reason: string;
  readonly runs: number;
  /** When the oldest was made. */
  readonly since: string;
}

export function heldView({ target, action, reason, runs, since }: HeldGroup): HeldView {
  return { target, action, reason, runs, since: rfc3339Of(since) };
}

/** Everything about one run. */
export interface RunDetailView extends RunView {
  /** Only its id when the event is no longer kept. */
  readonly event: { readonly id: string } | EventView;
  /** The task's settings when it fired, templates not yet filled in, secrets masked. */
  readonly input: JsonObject;
  /** First to last. */
  readonly attemptLog: readonly AttemptView[];
}

/** What stands beside a run. */
export interface RunSurroundings extends RunContext {
  /** Epoch ms. */
  readonly notBefore?: number | undefined;
}

export function runView(run: RunRecord, { event, responseStatus, notBefore }: RunSurroundings = {}): RunView {
  const { startedAt, finishedAt } = run;
  return {
    id: run.id,
    state: run.state,
    ...(run.reason !== undefined && { reason: run.reason }),
    task: { id: run.taskId, name: run.taskName },
    action: run.action,
    target: run.target,
    event: { id: run.eventId, ...event },
    ...(run.triggerId !== undefined && { trigger: run.triggerId }),
    attempts: run.attempts,
    dueAt: rfc3339Of(run.dueAt),
    ...(notBefore !== undefined && { notBefore: rfc3339Of(notBefore) }),
    createdAt: rfc3339Of(run.createdAt),
    ...(startedAt !== undefined && { startedAt: rfc3339Of(startedAt) }),
    ...(finishedAt !== undefined && { finishedAt: rfc3339Of(finishedAt) }),
    ...(startedAt !== undefined && finishedAt !== undefined && { durationMs: finishedAt - startedAt }),
    ...(responseStatus !== undefined && { responseStatus }),
  };
}

export interface RunDetails {
  readonly input: JsonObject;
  readonly event: EventRecord | undefined;
  readonly attempts: readonly AttemptRecord[];
  readonly context: RunSurroundings | undefined;
}

export function runDetailView(
  run: RunRecord,
  { input, event, attempts, context }: RunDetails,
): RunDetailView {
  return {
    ...runView(run, context),
    ...(event && { event: eventView(event) }),
    input,
    attemptLog: attempts.map(attemptView),
  };
}

function attemptView({ runId: _, startedAt, ...attempt }: AttemptRecord): AttemptView {
  return { ...attempt, startedAt: rfc3339Of(startedAt) };
}

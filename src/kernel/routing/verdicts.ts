import type { TaskRecord, TriggerRecord } from '../../domain/records.ts';

/** Why an event fires nothing: it has too many causes before it; it is about none of the objects that it needs one of. */
export type EventObstacle = 'chain_too_long' | 'object_needed';

/**
 * Why a trigger does not fire its task: it names another `object`, or a `tag` that the object does not bear; it is
 * switched off; another trigger has fired its task already; the task is not there, disabled, or has run and is to be
 * removed; a condition of its `filter` does not hold.
 */
export type TriggerObstacle =
  | 'object'
  | 'tag'
  | 'trigger_disabled'
  | 'task_fired'
  | 'task_missing'
  | 'task_disabled'
  | 'task_spent'
  | 'filter';

/** What the planner makes of one trigger: the task that it fires, or why it does not. */
export type TriggerVerdict = { readonly record: TriggerRecord } & (
  { readonly task: TaskRecord } | { readonly obstacle: TriggerObstacle }
);

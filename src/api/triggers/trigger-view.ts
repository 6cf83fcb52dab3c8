import type { TriggerRecord } from '../../domain/records.ts';
import type { JsonObject } from '../../sdk/index.ts';
import { managedView, type ManagedView } from '../resources/managed-view.ts';

export interface TriggerView extends ManagedView {
  readonly id: string;
  readonly enabled: boolean;
  readonly event: string;
  /** Key of one object of the event's type. */
  readonly object?: string;
  readonly tag?: string;
  readonly filter?: JsonObject;
  /** Id of the task that it fires. */
  readonly task: string;
  /** False while the plugin that declares the event is missing or down. */
  readonly available: boolean;
}

export function triggerView(trigger: TriggerRecord, available: boolean): TriggerView {
  return { id: trigger.id, ...writableTrigger(trigger), available, ...managedView(trigger) };
}

/** What a PUT would have to carry to leave it as it is. */
export function writableTrigger({
  enabled,
  event,
  object,
  tag,
  filter,
  task,
}: TriggerRecord): Omit<TriggerView, 'id' | 'available' | keyof ManagedView> {
  return {
    enabled,
    event,
    ...(object !== undefined && { object }),
    ...(tag !== undefined && { tag }),
    ...(filter && { filter }),
    task,
  };
}

import type { RunRecord, RunState, Target, TaskRecord } from '../../domain/records.ts';
import type { JsonObject } from '../../sdk/index.ts';
import { managedView, type ManagedView } from '../resources/managed-view.ts';
import { rfc3339Of } from '../validation/rfc3339.ts';

export interface TaskView extends ManagedView {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly enabled: boolean;
  readonly deleteAfterRunning: boolean;
  readonly action: string;
  readonly target: Target;
  /** Secrets masked. */
  readonly settings: JsonObject;
  /** False while the plugin that declares the action is missing or down. */
  readonly available: boolean;
}

/** Everything about one task. */
export interface TaskDetailView extends TaskView {
  /** `running` while a run of it is pending or running. */
  readonly status: 'idle' | 'running';
  readonly lastRun?: { readonly id: string; readonly state: RunState; readonly createdAt: string };
}

export function taskView(
  task: TaskRecord,
  { settings, available }: Pick<TaskView, 'settings' | 'available'>,
): TaskView {
  const { id, name, description, enabled, deleteAfterRunning, action, target } = task;
  return {
    id,
    name,
    ...(description !== undefined && { description }),
    enabled,
    deleteAfterRunning,
    action,
    target,
    settings,
    available,
    ...managedView(task),
  };
}

export function taskDetailView(
  view: TaskView,
  { last, active }: { readonly last: RunRecord | undefined; readonly active: RunRecord | undefined },
): TaskDetailView {
  return {
    ...view,
    status: active ? 'running' : 'idle',
    ...(last && { lastRun: { id: last.id, state: last.state, createdAt: rfc3339Of(last.createdAt) } }),
  };
}

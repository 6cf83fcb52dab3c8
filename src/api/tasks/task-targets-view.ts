import type { TaskRecord } from '../../domain/records.ts';
import type { PreviewedTarget } from '../../kernel/dispatch/target-preview.ts';
import type { JsonObject } from '../../sdk/index.ts';
import type { PageView } from '../paging/page-view.ts';
import { rfc3339Of } from '../validation/rfc3339.ts';

/** One target as the task would meet it now. */
export interface TaskTargetView {
  readonly type: string;
  readonly key: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly enabled: boolean;
  /** What events have told of it last, and when that one happened. */
  readonly state?: JsonObject;
  readonly stateAt?: string;
  readonly wouldAct: boolean;
  /** Why it would not. */
  readonly reason?: string;
  /** For people, where there is more to say than the reason. */
  readonly detail?: string;
  /** It would act, but not before: the target has just been acted on. */
  readonly notBefore?: string;
}

/** All that a task would act on if it fired now. */
export interface TaskTargetsView extends PageView<TaskTargetView> {
  readonly task: string;
  readonly action: string;
  readonly total: number;
  /** Of more targets than these all runs are held for a person. */
  readonly maxTargets?: number;
}

export function taskTargetsView(
  { id, action }: TaskRecord,
  { total, maxTargets }: { readonly total: number; readonly maxTargets: number | undefined },
  page: PageView<PreviewedTarget>,
): TaskTargetsView {
  return {
    task: id,
    action,
    total,
    ...(maxTargets !== undefined && { maxTargets }),
    ...page,
    items: page.items.map(targetView),
  };
}

function targetView({ type, key, object, told, ...rest }: PreviewedTarget): TaskTargetView {
  const { wouldAct, reason, detail, notBefore } = rest;
  return {
    type,
    key,
    name: object?.name ?? key,
    tags: object?.tags ?? [],
    enabled: object?.enabled === true,
    ...(told && { state: told.state, stateAt: rfc3339Of(told.at) }),
    wouldAct,
    ...(reason !== undefined && { reason }),
    ...(detail !== undefined && { detail }),
    ...(notBefore !== undefined && { notBefore: rfc3339Of(notBefore) }),
  };
}

import { Injectable } from '@nestjs/common';
import {
  splitRef,
  type HoldReason,
  type ObjectRecord,
  type ObjectState,
  type TaskRecord,
} from '../../domain/records.ts';
import type { ObjectView } from '../../sdk/index.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import { ResourceIndex } from '../resources/resource-index.ts';
import { TaskTargets } from '../routing/task-targets.ts';
import { Preparation, type PreparedTarget } from './preparation.ts';
import { RunWaits } from './run-waits.ts';

/**
 * `already_done`: by its last known state it is as the action would make it. `not_possible`: the action says what keeps it from being
 * done.
 */
type Reason = HoldReason | 'already_done' | 'not_possible' | 'task_disabled' | 'settings_invalid';

interface Refusal {
  readonly reason: Reason;
  /** What the action says of it. */
  readonly detail?: string;
}

/** What a task would do to one target if it fired now. */
export interface PreviewedTarget {
  readonly type: string;
  readonly key: string;
  /** Absent when there is no such object. */
  readonly object?: ObjectRecord;
  readonly told?: ObjectState;
  readonly wouldAct: boolean;
  /** Why it would not. */
  readonly reason?: Reason;
  /** For people, where there is more to say than the reason. */
  readonly detail?: string;
  /** It would act, but not before this time (epoch ms): the target has just been acted on. */
  readonly notBefore?: number;
}

/** Says what a task would act on if it fired now, without firing it. */
@Injectable()
export class TargetPreview {
  constructor(
    private readonly targets: TaskTargets,
    private readonly preparation: Preparation,
    private readonly waits: RunWaits,
    private readonly index: ResourceIndex,
    private readonly registry: PluginRegistry,
  ) {}

  /** `<object type>/<key>` each, sorted. */
  targetsOf(task: TaskRecord): readonly string[] {
    return [...this.targets.of(task)].sort();
  }

  /** On how many targets one firing may act; undefined where there is no limit. */
  limitOf(task: TaskRecord): number | undefined {
    const limit = this.targets.limit(task);
    return Number.isFinite(limit) ? limit : undefined;
  }

  preview(task: TaskRecord, target: string): PreviewedTarget {
    const { type, key } = splitRef(target);
    const [object, told] = [this.index.object(type, key), this.index.state(type, key)];
    const found = this.#judge(task, target);
    const mayAct = 'policy' in found;
    const notBefore = mayAct ? this.waits.notBefore({ action: task.action, target }) : undefined;
    return {
      type,
      key,
      ...(object && { object }),
      ...(told && { told }),
      wouldAct: mayAct,
      ...(!mayAct && found),
      ...(notBefore !== undefined && { notBefore }),
    };
  }

  #judge(task: TaskRecord, target: string): PreparedTarget | Refusal {
    const prepared = this.#prepare(task, target);
    if (typeof prepared === 'string') return { reason: prepared };
    if (this.targets.count(task) > this.targets.limit(task)) return { reason: 'too_many_targets' };
    if (this.#isDone(prepared)) return { reason: 'already_done' };
    const detail = this.#obstacle(prepared);
    if (detail !== undefined) return { reason: 'not_possible', detail };
    return task.enabled ? prepared : { reason: 'task_disabled' };
  }

  #prepare({ action }: TaskRecord, target: string): PreparedTarget | Reason {
    try {
      return this.preparation.prepare({ action, target });
    } catch {
      return 'settings_invalid';
    }
  }

  #isDone({ action, view }: PreparedTarget): boolean {
    // The settings have been parsed by the schema that the function was typed with.
    return this.registry.inScopeOf(view.type, () => action.isDone?.(this.#seen(view) as never)) === true;
  }

  #obstacle({ action, view }: PreparedTarget): string | undefined {
    const { extensions } = this.registry;
    return this.registry.inScopeOf(view.type, () =>
      action.obstacle?.(this.#seen(view) as never, { extensions: (point) => extensions.at(point) }),
    );
  }

  #seen(view: ObjectView): ObjectView {
    const state = this.index.state(view.type, view.key)?.state;
    return { ...view, ...(state && { state }) };
  }
}

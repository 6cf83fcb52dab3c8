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

/** `already_done`: by its last known state it is as the action would make it. */
type Reason = HoldReason | 'already_done' | 'task_disabled' | 'settings_invalid';

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
    const found = this.#reason(task, target);
    const notBefore =
      typeof found === 'string' ? undefined : this.waits.notBefore({ action: task.action, target });
    return {
      type,
      key,
      ...(object && { object }),
      ...(told && { told }),
      wouldAct: typeof found !== 'string',
      ...(typeof found === 'string' && { reason: found }),
      ...(notBefore !== undefined && { notBefore }),
    };
  }

  #reason(task: TaskRecord, target: string): PreparedTarget | Reason {
    const prepared = this.#prepare(task, target);
    if (typeof prepared === 'string') return prepared;
    if (this.targets.count(task) > this.targets.limit(task)) return 'too_many_targets';
    if (this.#isDone(prepared)) return 'already_done';
    return task.enabled ? prepared : 'task_disabled';
  }

  #prepare({ action }: TaskRecord, target: string): PreparedTarget | Reason {
    try {
      return this.preparation.prepare({ action, target });
    } catch {
      return 'settings_invalid';
    }
  }

  #isDone({ action, view }: PreparedTarget): boolean {
    const { type, key } = view;
    const state = this.index.state(type, key)?.state;
    const seen: ObjectView = { ...view, ...(state && { state }) };
    // The settings have been parsed by the schema that the function was typed with.
    return this.registry.inScopeOf(type, () => action.isDone?.(seen as never)) === true;
  }
}

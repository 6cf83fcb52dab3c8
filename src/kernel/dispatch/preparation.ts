import { Injectable } from '@nestjs/common';
import { filter, type Observable } from 'rxjs';
import { splitRef, type HoldReason, type ObjectRecord, type RunRecord } from '../../domain/records.ts';
import type { ActionPolicy, AnyObjectType } from '../../sdk/index.ts';
import type { AnyAction } from '../../sdk/object-type.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import { ResourceIndex } from '../resources/resource-index.ts';
import { TargetHealth } from './target-health.ts';
import { policyOf, targetView, type TargetView } from './target-view.ts';

/** Reasons to hold a run that lie in its target. */
export const targetReasons = [
  'target_disabled',
  'target_missing',
  'target_failing',
] as const satisfies readonly HoldReason[];
export type TargetReason = (typeof targetReasons)[number];

/** A target, ready to be acted on. */
export interface PreparedTarget extends TargetView {
  readonly action: AnyAction;
  readonly policy: ActionPolicy;
}

/** Finds the action and the target of a run, or says why the run has to be held. */
@Injectable()
export class Preparation {
  // A record is replaced, never changed, so what was made of it stays true as long as the record lives.
  readonly #prepared = new WeakMap<ObjectRecord, Map<string, PreparedTarget>>();

  constructor(
    private readonly registry: PluginRegistry,
    private readonly index: ResourceIndex,
    private readonly health: TargetHealth,
  ) {}

  prepare(run: Pick<RunRecord, 'action' | 'target'>): PreparedTarget | HoldReason {
    const { type, key } = splitRef(run.target);
    const known = this.#actionOf(run);
    if (!known) return 'plugin_unavailable';
    const object = this.index.object(type, key);
    if (!object) return 'target_missing';
    if (!object.enabled) return 'target_disabled';
    if (this.health.holds(run.target)) return 'target_failing';
    return this.#targetOf(object, { name: run.action, ...known });
  }

  /** Whether a target that was prepared for a run is still what it would be given. */
  isCurrent({ action, target }: Pick<RunRecord, 'action' | 'target'>, prepared: PreparedTarget): boolean {
    const { type, key } = splitRef(target);
    const object = this.index.object(type, key);
    return object?.enabled === true && this.#prepared.get(object)?.get(action) === prepared;
  }

  /** Whether the target's plugin is on its way up: until it is up or down, its runs had better wait than be held. */
  isStarting(target: string): boolean {
    return this.registry.starting(splitRef(target).type);
  }

  /** Tells that a plugin is not starting any more. */
  get started(): Observable<unknown> {
    return this.registry.changes.pipe(filter(({ state }) => state !== 'starting'));
  }

  /** Whether the reason for which a run was held has gone meanwhile. */
  isClear(reason: HoldReason, run: Pick<RunRecord, 'action' | 'target'>): boolean {
    switch (reason) {
      case 'plugin_unavailable':
        return this.#actionOf(run) !== undefined;
      case 'target_missing':
      case 'target_disabled':
      case 'target_failing':
        return this.isWell(reason, run.target);
      case 'outcome_unknown':
      case 'too_many_targets':
        return false;
    }
  }

  /** Whether a target is no longer as it was when runs on it were held. */
  isWell(reason: TargetReason, target: string): boolean {
    const { type, key } = splitRef(target);
    const object = this.index.object(type, key);
    if (reason === 'target_missing') return object !== undefined;
    return object?.enabled === true && !(reason === 'target_failing' && this.health.isFailing(target));
  }

  /** The action, if it can be run now. */
  #actionOf({ action, target }: Pick<RunRecord, 'action' | 'target'>) {
    return this.registry.available(splitRef(target).type) ? this.registry.action(action) : undefined;
  }

  #targetOf(
    object: ObjectRecord,
    action: { name: string; type: AnyObjectType; action: AnyAction },
  ): PreparedTarget {
    let byAction = this.#prepared.get(object);
    if (!byAction) this.#prepared.set(object, (byAction = new Map<string, PreparedTarget>()));
    let target = byAction.get(action.name);
    if (!target) byAction.set(action.name, (target = this.#makeTarget(object, action)));
    return target;
  }

  #makeTarget(
    object: ObjectRecord,
    { type, action }: { type: AnyObjectType; action: AnyAction },
  ): PreparedTarget {
    return this.registry.inScopeOf(type.name, () => {
      const target = targetView(object, type);
      return { action, ...target, policy: policyOf(action, target.view.settings) };
    });
  }
}

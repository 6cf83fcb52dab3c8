import { Inject, Injectable } from '@nestjs/common';
import { newId } from '../../domain/new-id.ts';
import {
  splitName,
  type EventRecord,
  type HoldReason,
  type ObjectRecord,
  type RunRecord,
  type TaskRecord,
} from '../../domain/records.ts';
import { KERNEL_LIMITS, type KernelLimits } from '../limits.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import type { JsonObject } from '../../sdk/index.ts';
import type { Plan } from '../ports.ts';
import { ResourceIndex } from '../resources/resource-index.ts';
import type { CompiledTrigger } from '../resources/trigger-index.ts';
import { DirectoryPlan } from './directory-plan.ts';
import { eventView } from './event-view.ts';
import { TaskTargets } from './task-targets.ts';
import type { EventObstacle, TriggerObstacle, TriggerVerdict } from './verdicts.ts';
import { ViewOfObjects } from './view-of-objects.ts';

/** What is known of an event beside what it says. */
export interface PlanNote {
  /** Its object as it was, should it be gone when the event is planned. */
  readonly object?: ObjectRecord;
  /** Id of the one trigger that it is to fire, filter or not: somebody plays it by hand. */
  readonly trigger?: string;
}

/** Ids of tasks, as an event is planned. */
interface PlanState {
  /** Two triggers of one task that match the same event are one reason to run it, not two. */
  readonly fired: Set<string>;
  /** Delete-after-running tasks that have fired in this transaction. */
  readonly spent: Set<string>;
}

/** Decides which runs an event causes, and what it says of its object. */
@Injectable()
export class Planner {
  readonly #notes = new WeakMap<EventRecord, PlanNote>();

  constructor(
    private readonly index: ResourceIndex,
    private readonly views: ViewOfObjects,
    private readonly registry: PluginRegistry,
    private readonly targets: TaskTargets,
    @Inject(KERNEL_LIMITS) private readonly limits: KernelLimits,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  plan(events: readonly EventRecord[]): Plan {
    const runs: RunRecord[] = [];
    const spent = new Set<string>();
    const { registry, index, logger } = this;
    const { maxRegistered } = this.limits.routing;
    const directory = new DirectoryPlan({ registry, index, maxRegistered, logger });
    for (const event of events) {
      if (this.obstacle(event) === undefined) this.#planEvent(event, runs, spent);
      const note = this.#notes.get(event);
      // What is played by hand has not happened.
      if (note?.trigger !== undefined) continue;
      // What tells that an object is gone must not bring it back.
      directory.note(event, { mayRegister: note?.object === undefined });
    }
    const { change } = directory;
    return { runs, spentTasks: [...spent], ...(change && { directory: change }) };
  }

  /** To be said before the event is planned. */
  remember(event: EventRecord, note: PlanNote): void {
    this.#notes.set(event, note);
  }

  /** How many runs an event may cause, filters not asked: quick, an upper bound. */
  mostRuns(event: EventRecord): number {
    let runs = 0;
    for (const { record } of this.#candidates(event, this.#objectOf(event))) {
      const task = this.index.task(record.task);
      if (task) runs += this.targets.count(task);
    }
    return runs;
  }

  /** Why the event fires nothing, whatever the triggers say. */
  obstacle(event: EventRecord): EventObstacle | undefined {
    if (event.depth > this.limits.routing.maxDepth) return 'chain_too_long';
    const lacksObject =
      event.object === undefined && this.registry.event(event.type)?.type.instances === 'required';
    return lacksObject ? 'object_needed' : undefined;
  }

  /** What `plan` makes of each trigger of the event's type, in no order. To be quick is for `plan`. */
  *verdicts(event: EventRecord): Generator<TriggerVerdict> {
    const object = this.#objectOf(event);
    const state: PlanState = { fired: new Set(), spent: new Set() };
    const asked = new Set<string>();
    for (const trigger of this.#candidates(event, object)) {
      const { record } = trigger;
      asked.add(record.id);
      const verdict = this.#judge(trigger, { event, object }, state);
      if (typeof verdict !== 'string') this.#fire(verdict, state);
      yield typeof verdict === 'string' ? { record, obstacle: verdict } : { record, task: verdict };
    }
    // Those that the look-up has passed over; it asks of the object what the record says.
    for (const { record } of this.index.matching.ofEvent(event.type)) {
      if (!asked.has(record.id)) yield { record, obstacle: record.tag === undefined ? 'object' : 'tag' };
    }
  }

  /** The event as filters see it. */
  document(event: EventRecord, object = this.#objectOf(event)): JsonObject {
    return { ...eventView(event, object), object: this.views.of(event, object) };
  }

  #planEvent(event: EventRecord, runs: RunRecord[], spent: Set<string>): void {
    const object = this.#objectOf(event);
    const state: PlanState = { fired: new Set(), spent };
    for (const trigger of this.#candidates(event, object)) {
      const task = this.#judge(trigger, { event, object }, state);
      if (typeof task === 'string') continue;
      const targets = this.#fire(task, state);
      // All of them, not what is beyond the limit: which ones that were would be chance.
      const hold = targets.length > this.targets.limit(task) ? 'too_many_targets' : undefined;
      for (const target of targets)
        runs.push(newRun({ event, task, target, triggerId: trigger.record.id, hold }));
    }
  }

  /** The task that a trigger fires, or why it does not. */
  #judge(
    trigger: CompiledTrigger,
    { event, object }: { readonly event: EventRecord; readonly object: ObjectRecord | undefined },
    { fired, spent }: PlanState,
  ): TaskRecord | TriggerObstacle {
    const { record } = trigger;
    if (!record.enabled) return 'trigger_disabled';
    if (fired.has(record.task)) return 'task_fired';
    const task = this.index.task(record.task);
    if (!task) return 'task_missing';
    if (!task.enabled) return 'task_disabled';
    if (task.deleteAfterRunning && (task.spent || spent.has(task.id))) return 'task_spent';
    return this.#passes(trigger, event, object) ? task : 'filter';
  }

  #fire(task: TaskRecord, { fired, spent }: PlanState): readonly string[] {
    fired.add(task.id);
    const targets = this.targets.of(task);
    // Without a target it has not run: nobody bears its tag yet.
    if (task.deleteAfterRunning && targets.length > 0) spent.add(task.id);
    return targets;
  }

  #passes({ record, test }: CompiledTrigger, event: EventRecord, object: ObjectRecord | undefined): boolean {
    const only = this.#notes.get(event)?.trigger;
    if (only !== undefined) return only === record.id;
    return !test || test(this.document(event, object));
  }

  #candidates(event: EventRecord, object: ObjectRecord | undefined): Iterable<CompiledTrigger> {
    return this.index.matching.candidates(event.type, event.object, object?.tags ?? []);
  }

  #objectOf(event: EventRecord): ObjectRecord | undefined {
    if (event.object === undefined) return undefined;
    return this.index.object(splitName(event.type).type, event.object) ?? this.#notes.get(event)?.object;
  }
}

function newRun(cause: {
  readonly event: EventRecord;
  readonly task: TaskRecord;
  readonly target: string;
  readonly triggerId: string;
  /** Why it has to wait for a person from the beginning. */
  readonly hold: HoldReason | undefined;
}): RunRecord {
  const { event, task, target, triggerId, hold } = cause;
  return {
    id: newId(),
    eventId: event.id,
    taskId: task.id,
    taskName: task.name,
    triggerId,
    action: task.action,
    target,
    input: task.settings,
    ...(hold ? { state: 'held', reason: hold } : { state: 'pending' }),
    attempts: 0,
    dueAt: event.receivedAt,
    createdAt: event.receivedAt,
  };
}

import { Injectable } from '@nestjs/common';
import { newId } from '../../domain/new-id.ts';
import {
  splitName,
  type EventRecord,
  type ObjectRecord,
  type RunRecord,
  type TaskRecord,
} from '../../domain/records.ts';
import type { Plan } from '../ports.ts';
import { ResourceIndex } from '../resources/resource-index.ts';
import type { CompiledTrigger } from '../resources/trigger-index.ts';
import { eventView } from './event-view.ts';
import { ViewOfObjects } from './view-of-objects.ts';

/** Decides which runs an event causes. */
@Injectable()
export class Planner {
  constructor(
    private readonly index: ResourceIndex,
    private readonly views: ViewOfObjects,
  ) {}

  plan(events: readonly EventRecord[]): Plan {
    const runs: RunRecord[] = [];
    const spent = new Set<string>();
    for (const event of events) this.#planEvent(event, runs, spent);
    return { runs, spentTasks: [...spent] };
  }

  /** How many runs an event may cause, filters not asked: quick, an upper bound. */
  mostRuns(event: EventRecord): number {
    let runs = 0;
    for (const { record } of this.#candidates(event, this.#objectOf(event))) {
      const task = this.index.task(record.task);
      if (task) runs += 'object' in task.target ? 1 : this.#bearers(task, task.target.tag).size;
    }
    return runs;
  }

  #planEvent(event: EventRecord, runs: RunRecord[], spent: Set<string>): void {
    const object = this.#objectOf(event);
    // Two triggers of one task that match the same event are one reason to run it, not two.
    const fired = new Set<string>();
    for (const trigger of this.#candidates(event, object)) {
      const task = this.#taskToFire(trigger, fired, spent);
      if (!task || !this.#passes(trigger, event, object)) continue;
      fired.add(task.id);
      const targets = this.#targets(task);
      // Without a target it has not run: nobody bears its tag yet.
      if (task.deleteAfterRunning && targets.length > 0) spent.add(task.id);
      for (const target of targets) runs.push(newRun({ event, task, target, triggerId: trigger.record.id }));
    }
  }

  #taskToFire({ record }: CompiledTrigger, fired: Set<string>, spent: Set<string>): TaskRecord | undefined {
    if (!record.enabled || fired.has(record.task)) return undefined;
    const task = this.index.task(record.task);
    if (!task?.enabled) return undefined;
    const gone = task.deleteAfterRunning && (task.spent || spent.has(task.id));
    return gone ? undefined : task;
  }

  #passes({ test }: CompiledTrigger, event: EventRecord, object: ObjectRecord | undefined): boolean {
    if (!test) return true;
    const view = eventView(event, object);
    return test({ ...view, object: this.views.of(event, object) });
  }

  #targets(task: TaskRecord): readonly string[] {
    const { type } = splitName(task.action);
    if ('object' in task.target) return [`${type}/${task.target.object}`];
    return Array.from(this.#bearers(task, task.target.tag).keys(), (key) => `${type}/${key}`);
  }

  /** The objects of the action's type that bear a tag, by key. */
  #bearers({ action }: TaskRecord, tag: string): ReadonlyMap<string, ObjectRecord> {
    return this.index.bearing(splitName(action).type, tag);
  }

  #candidates(event: EventRecord, object: ObjectRecord | undefined): Iterable<CompiledTrigger> {
    return this.index.matching.candidates(event.type, event.object, object?.tags ?? []);
  }

  #objectOf(event: EventRecord): ObjectRecord | undefined {
    return event.object === undefined
      ? undefined
      : this.index.object(splitName(event.type).type, event.object);
  }
}

function newRun(cause: {
  readonly event: EventRecord;
  readonly task: TaskRecord;
  readonly target: string;
  readonly triggerId: string;
}): RunRecord {
  const { event, task, target, triggerId } = cause;
  return {
    id: newId(),
    eventId: event.id,
    taskId: task.id,
    taskName: task.name,
    triggerId,
    action: task.action,
    target,
    input: task.settings,
    state: 'pending',
    attempts: 0,
    dueAt: event.receivedAt,
    createdAt: event.receivedAt,
  };
}

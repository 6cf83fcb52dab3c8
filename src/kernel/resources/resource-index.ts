import { Injectable } from '@nestjs/common';
import {
  isNewer,
  splitRef,
  type ObjectRecord,
  type ObjectState,
  type TagRecord,
  type TaskRecord,
  type TriggerRecord,
} from '../../domain/records.ts';
import type { DirectoryChange, ResourceChange, Resources } from '../ports.ts';
import { ObjectDirectory } from './object-directory.ts';
import type { ResourceRecord, ResourceRef } from './resource-input.ts';
import { TriggerIndex } from './trigger-index.ts';

/** All that people configured, held in memory. The database has the same; `ResourceService` changes both. */
@Injectable()
export class ResourceIndex {
  /** For the planner: which triggers an event can match. */
  readonly matching = new TriggerIndex();
  /** Ids of delete-after-running tasks that have fired and are to be removed. */
  readonly spentTasks = new Set<string>();
  readonly #objects = new ObjectDirectory();
  readonly #states = new Map<string, ObjectState>();
  readonly #tags = new Map<string, TagRecord>();
  readonly #tasks = new Map<string, TaskRecord>();
  readonly #triggers = new Map<string, TriggerRecord>();

  object(type: string, key: string): ObjectRecord | undefined {
    return this.#objects.get(type, key);
  }

  /** In the order of their keys, type by type. */
  objects(
    filter: { readonly type?: string | undefined; readonly tag?: string | undefined } = {},
  ): readonly ObjectRecord[] {
    return this.#objects.list(filter);
  }

  /** Each of a kind, in no order. */
  all = {
    objects: (filter: Parameters<ObjectDirectory['all']>[0] = {}): Iterable<ObjectRecord> =>
      this.#objects.all(filter),
    tags: (): Iterable<TagRecord> => this.#tags.values(),
    tasks: (): Iterable<TaskRecord> => this.#tasks.values(),
    triggers: (): Iterable<TriggerRecord> => this.#triggers.values(),
  } as const;

  /** The objects of a type that bear a tag, by key, as they were put. */
  bearing(type: string, tag: string): ReadonlyMap<string, ObjectRecord> {
    return this.#objects.bearing(type, tag);
  }

  /** Goes up with each change of an object of the type. */
  version(type: string): number {
    return this.#objects.version(type);
  }

  /** How many objects of the type there are. */
  count(type: string): number {
    return this.#objects.count(type);
  }

  /** What events have told of an object last. */
  state(type: string, key: string): ObjectState | undefined {
    return this.#states.get(`${type}/${key}`);
  }

  tag(name: string): TagRecord | undefined {
    return this.#tags.get(name);
  }

  tags(): readonly TagRecord[] {
    return sortedBy(this.#tags.values(), (tag) => tag.name);
  }

  task(id: string): TaskRecord | undefined {
    return this.#tasks.get(id);
  }

  tasks(): readonly TaskRecord[] {
    return sortedBy(this.#tasks.values(), (task) => task.id);
  }

  trigger(id: string): TriggerRecord | undefined {
    return this.#triggers.get(id);
  }

  triggers(): readonly TriggerRecord[] {
    return sortedBy(this.#triggers.values(), (trigger) => trigger.id);
  }

  find({ kind, id }: ResourceRef): ResourceRecord | undefined {
    if (kind !== 'object') return this[kind](id);
    const { type, key } = splitRef(id);
    return this.object(type, key);
  }

  load(resources: Resources): void {
    for (const put of resources.objects) this.change({ kind: 'object', put });
    for (const put of resources.tags) this.change({ kind: 'tag', put });
    for (const put of resources.tasks) this.change({ kind: 'task', put });
    for (const put of resources.triggers) this.change({ kind: 'trigger', put });
    this.#noteStates(resources.states);
  }

  /** What events have said is on disk. Gives the objects that have come into being. */
  note({ registered, states, repeated = [] }: DirectoryChange): readonly ObjectRecord[] {
    // Somebody may have put them meanwhile.
    const fresh = registered.filter(({ type, key }) => !this.object(type, key));
    for (const object of fresh) this.#objects.put(object);
    this.#noteStates(states);
    this.#noteStates(repeated);
    return fresh;
  }

  /** What was found out there is on disk; an event may have told something else meanwhile. */
  noteFound(states: readonly ObjectState[]): void {
    const newest = states.filter(({ type, key, at }) => {
      const known = this.state(type, key);
      return !known || !isNewer(known, { at, now: at });
    });
    this.#noteStates(newest);
  }

  change(change: ResourceChange): void {
    if ('put' in change) this.#put(change);
    else this.#remove(change);
  }

  #noteStates(states: readonly ObjectState[]): void {
    for (const state of states) {
      const { type, key } = state;
      if (this.object(type, key)) this.#states.set(`${type}/${key}`, state);
    }
  }

  #put(change: Extract<ResourceChange, { put: unknown }>): void {
    switch (change.kind) {
      case 'object':
        this.#objects.put(change.put);
        break;
      case 'tag':
        this.#tags.set(change.put.name, change.put);
        break;
      case 'task':
        this.#putTask(change.put);
        this.matching.put(runTrigger(change.put));
        break;
      case 'trigger':
        this.#triggers.set(change.put.id, change.put);
        this.matching.put(change.put);
        break;
    }
  }

  #putTask(put: TaskRecord): void {
    // A one-time task may have fired while somebody edited it: it stays spent.
    const spent = put.spent || this.#tasks.get(put.id)?.spent === true;
    this.#tasks.set(put.id, { ...put, spent });
    // What a file declares is there as long as the file says so; it only fires no more.
    if (spent && put.deleteAfterRunning && put.managedBy === 'api') this.spentTasks.add(put.id);
    else this.spentTasks.delete(put.id);
  }

  #remove(change: Extract<ResourceChange, { remove: unknown }>): void {
    switch (change.kind) {
      case 'object':
        this.#objects.remove(change.remove.type, change.remove.key);
        this.#states.delete(`${change.remove.type}/${change.remove.key}`);
        break;
      case 'tag':
        this.#tags.delete(change.remove);
        break;
      case 'task':
        this.#tasks.delete(change.remove);
        this.spentTasks.delete(change.remove);
        this.matching.remove(runTriggerId(change.remove));
        break;
      case 'trigger':
        this.#triggers.delete(change.remove);
        this.matching.remove(change.remove);
        break;
    }
  }
}

/** Every task answers to the event `task.run` of itself: so a run by hand is an ordinary event. */
function runTrigger(task: TaskRecord): TriggerRecord {
  const { managedBy, createdAt, updatedAt } = task;
  return {
    id: runTriggerId(task.id),
    enabled: true,
    event: 'task.run',
    object: task.id,
    task: task.id,
    managedBy,
    createdAt,
    updatedAt,
  };
}

/** The space keeps it apart from the ids that people can choose. */
function runTriggerId(taskId: string): string {
  return `run ${taskId}`;
}

function sortedBy<T>(items: Iterable<T>, key: (item: T) => string): readonly T[] {
  return [...items].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

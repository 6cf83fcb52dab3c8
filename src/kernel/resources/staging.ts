import type { ObjectRecord, TagRecord, TaskRecord, TriggerRecord } from '../../domain/records.ts';
import type { ResourceChange } from '../ports.ts';
import type { ResourceIndex } from './resource-index.ts';

type Put = Extract<ResourceChange, { put: unknown }>;

/** The configuration as it will be once the changes gathered so far are applied. */
export class Staging {
  readonly #puts = new Map<string, Put>();

  constructor(private readonly index: ResourceIndex) {}

  get changes(): readonly Put[] {
    return [...this.#puts.values()];
  }

  put(change: Put): void {
    this.#puts.set(`${change.kind} ${identity(change)}`, change);
  }

  object(type: string, key: string): ObjectRecord | undefined {
    const put = this.#puts.get(`object ${type}/${key}`);
    return put?.kind === 'object' ? put.put : this.index.object(type, key);
  }

  tag(name: string): TagRecord | undefined {
    const put = this.#puts.get(`tag ${name}`);
    return put?.kind === 'tag' ? put.put : this.index.tag(name);
  }

  task(id: string): TaskRecord | undefined {
    const put = this.#puts.get(`task ${id}`);
    return put?.kind === 'task' ? put.put : this.index.task(id);
  }

  trigger(id: string): TriggerRecord | undefined {
    const put = this.#puts.get(`trigger ${id}`);
    return put?.kind === 'trigger' ? put.put : this.index.trigger(id);
  }
}

/** What identifies the resource among those of its kind. */
export function identity(change: Put): string {
  switch (change.kind) {
    case 'object':
      return `${change.put.type}/${change.put.key}`;
    case 'tag':
      return change.put.name;
    case 'task':
    case 'trigger':
      return change.put.id;
  }
}

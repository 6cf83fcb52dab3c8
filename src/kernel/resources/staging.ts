import {
  splitRef,
  type ObjectRecord,
  type TagRecord,
  type TaskRecord,
  type TriggerRecord,
} from '../../domain/records.ts';
import type { ResourceChange } from '../ports.ts';
import type { ResourceIndex } from './resource-index.ts';
import type { Records, ResourceKind, ResourceRecord, ResourceRef } from './resource-input.ts';

type Put = Extract<ResourceChange, { put: unknown }>;

/** The configuration as it will be once the changes gathered so far are applied. */
export class Staging {
  readonly #changes = new Map<string, ResourceChange>();

  constructor(private readonly index: ResourceIndex) {}

  get changes(): readonly ResourceChange[] {
    return [...this.#changes.values()];
  }

  put(change: Put): void {
    this.#changes.set(`${change.kind} ${identity(change)}`, change);
  }

  remove({ kind, id }: ResourceRef): void {
    this.#changes.set(
      `${kind} ${id}`,
      kind === 'object' ? { kind, remove: splitRef(id) } : { kind, remove: id },
    );
  }

  object(type: string, key: string): ObjectRecord | undefined {
    const change = this.#changes.get(`object ${type}/${key}`);
    return change ? putOf('object', change) : this.index.object(type, key);
  }

  tag(name: string): TagRecord | undefined {
    const change = this.#changes.get(`tag ${name}`);
    return change ? putOf('tag', change) : this.index.tag(name);
  }

  task(id: string): TaskRecord | undefined {
    const change = this.#changes.get(`task ${id}`);
    return change ? putOf('task', change) : this.index.task(id);
  }

  trigger(id: string): TriggerRecord | undefined {
    const change = this.#changes.get(`trigger ${id}`);
    return change ? putOf('trigger', change) : this.index.trigger(id);
  }

  find({ kind, id }: ResourceRef): ResourceRecord | undefined {
    if (kind !== 'object') return this[kind](id);
    const { type, key } = splitRef(id);
    return this.object(type, key);
  }

  objects(): readonly ObjectRecord[] {
    return this.#all('object', this.index.objects(), ({ type, key }) => `${type}/${key}`);
  }

  tasks(): readonly TaskRecord[] {
    return this.#all('task', this.index.tasks(), ({ id }) => id);
  }

  triggers(): readonly TriggerRecord[] {
    return this.#all('trigger', this.index.triggers(), ({ id }) => id);
  }

  #all<Kind extends ResourceKind>(
    kind: Kind,
    stored: readonly Records[Kind][],
    id: (one: Records[Kind]) => string,
  ): readonly Records[Kind][] {
    const untouched = stored.filter((one) => !this.#changes.has(`${kind} ${id(one)}`));
    const put = this.changes.map((change) => putOf(kind, change)).filter((one) => one !== undefined);
    return [...untouched, ...put];
  }
}

function putOf<Kind extends ResourceKind>(kind: Kind, change: ResourceChange): Records[Kind] | undefined {
  return change.kind === kind && 'put' in change ? (change.put as Records[Kind]) : undefined;
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

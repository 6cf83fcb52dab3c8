import type { Target } from '../domain/records.ts';
import { splitRef } from '../domain/records.ts';
import type {
  ObjectInput,
  ResourceInput,
  TagInput,
  TaskInput,
  TriggerInput,
} from '../kernel/resources/resource-input.ts';
import type { ConfiguredResources } from './resource-schema.ts';
import type { Path } from './source-tree.ts';

/** A resource that the file names, and where. */
export interface ConfiguredResource {
  readonly input: ResourceInput;
  readonly path: Path;
}

/** The resources of a configuration as the kernel takes them, each after those that it may name. */
export function configuredResources(config: ConfiguredResources): readonly ConfiguredResource[] {
  return [
    ...Object.entries(config.tags).map(([name, tag]) => ({
      input: tagInput(name, tag),
      path: ['tags', name],
    })),
    ...Object.entries(config.objects).map(([ref, object]) => ({
      input: objectInput(ref, object),
      path: ['objects', ref],
    })),
    ...Object.entries(config.tasks).map(([id, task]) => ({
      input: taskInput(id, task),
      path: ['tasks', id],
    })),
    ...Object.entries(config.triggers).map(([id, trigger]) => ({
      input: triggerInput(id, trigger),
      path: ['triggers', id],
    })),
  ];
}

type Entry<Section extends keyof ConfiguredResources> = ConfiguredResources[Section][string];

function tagInput(name: string, tag: Entry<'tags'>): TagInput {
  const description = typeof tag === 'string' ? tag : tag?.description;
  return { kind: 'tag', name, description };
}

function objectInput(ref: string, object: Entry<'objects'>): ObjectInput {
  const { type, key } = splitRef(ref);
  return { kind: 'object', type, key, ...object, settings: object?.settings ?? {} };
}

function taskInput(id: string, { target, settings, ...task }: Entry<'tasks'>): TaskInput {
  return { kind: 'task', id, ...task, target: targetOf(target), settings: settings ?? {} };
}

function triggerInput(id: string, trigger: Entry<'triggers'>): TriggerInput {
  return { kind: 'trigger', id, ...trigger };
}

function targetOf({ object, tag }: Entry<'tasks'>['target']): Target {
  // The schema has made sure that there is just one of them.
  return tag === undefined ? { object: object ?? '' } : { tag };
}

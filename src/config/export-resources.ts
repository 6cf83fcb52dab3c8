import type { ObjectRecord, TagRecord, TaskRecord, TriggerRecord } from '../domain/records.ts';
import { splitName } from '../domain/records.ts';
import type { ConfigExport, ExportedSecret, ExportOptions } from '../kernel/configuration.ts';
import type { PluginRegistry } from '../kernel/plugins/plugin-registry.ts';
import { maskSecrets } from '../kernel/redaction/redactor.ts';
import { mapMarked } from '../kernel/redaction/schema-walk.ts';
import { entrySchema } from '../kernel/resources/resource-entry.ts';
import type { ResourceIndex } from '../kernel/resources/resource-index.ts';
import type { ResourceRecord, ResourceRef } from '../kernel/resources/resource-input.ts';
import type { JsonObject } from '../sdk/index.ts';
import { isSecret } from '../sdk/schema.ts';
import { leanEntry } from './resource-entries.ts';
import type { Path } from './source-tree.ts';

/** What goes into the files: masked for people, and as it is to check that it comes out the same. */
export interface ExportedResources {
  readonly masked: Omit<ConfigExport, 'warnings'>;
  readonly clear: Pick<ConfigExport, 'tags' | 'objects' | 'tasks' | 'triggers'>;
  readonly warnings: readonly string[];
}

interface Running {
  readonly index: ResourceIndex;
  readonly registry: PluginRegistry;
}

/** The running configuration as sections of a file. What no loaded plugin knows cannot be applied again and is left out. */
export function exportResources({ index, registry }: Running, { all }: ExportOptions): ExportedResources {
  const warnings: string[] = [];
  const leftOut = (ref: ResourceRef, reason: string): false => {
    warnings.push(`${ref.kind} ${ref.id} is left out: ${reason}`);
    return false;
  };
  const tasks = index.tasks().filter((task) => {
    const ref = { kind: 'task', id: task.id } as const;
    // It has fired, will not fire again and is about to go.
    if (index.spentTasks.has(task.id)) return false;
    if (task.id === 'constructor') return leftOut(ref, 'a file cannot have this name');
    return registry.action(task.action) ? true : leftOut(ref, `no plugin declares ${task.action}`);
  });
  const targets = new Set(tasks.flatMap(targetOf));
  const objects = index.objects().filter((object) => {
    const id = `${object.type}/${object.key}`;
    if (!all && object.managedBy === 'event' && !targets.has(id)) return false;
    const known = registry.type(object.type) !== undefined;
    return known || leftOut({ kind: 'object', id }, `no plugin declares ${object.type}`);
  });
  const there = new Set(tasks.map(({ id }) => id));
  const triggers = index.triggers().filter((trigger) => {
    const ref = { kind: 'trigger', id: trigger.id } as const;
    // A disabled trigger may name a task that has gone for good.
    if (!there.has(trigger.task) && index.task(trigger.task))
      return index.spentTasks.has(trigger.task) ? false : leftOut(ref, 'so is its task');
    if (trigger.id === 'constructor') return leftOut(ref, 'a file cannot have this name');
    return registry.event(trigger.event) ? true : leftOut(ref, `no plugin declares ${trigger.event}`);
  });
  const borne = new Set(objects.flatMap(({ tags }) => tags));
  // The others come into being with the objects that bear them.
  const tags = index
    .tags()
    .filter(
      ({ name, description, managedBy }) =>
        description !== undefined || (!borne.has(name) && (all || managedBy !== 'event')),
    );
  const write = new Writer(registry);
  return {
    masked: {
      tags: Object.fromEntries(tags.map((tag) => [tag.name, tagEntry(tag)])),
      objects: write.section('object', objects, ({ type, key }) => `${type}/${key}`),
      tasks: write.section('task', tasks, ({ id }) => id),
      triggers: write.section('trigger', triggers, ({ id }) => id),
      secrets: write.secrets,
    },
    clear: {
      tags: Object.fromEntries(tags.map((tag) => [tag.name, tagEntry(tag)])),
      ...write.clear,
    },
    warnings,
  };
}

function tagEntry({ description }: TagRecord): string | null {
  return description ?? null;
}

function targetOf({ action, target }: TaskRecord): readonly string[] {
  return 'object' in target ? [`${splitName(action).type}/${target.object}`] : [];
}

type Kind = 'object' | 'task' | 'trigger';

class Writer {
  readonly secrets: ExportedSecret[] = [];
  readonly clear: Record<`${Kind}s`, Record<string, JsonObject>> = { objects: {}, tasks: {}, triggers: {} };

  constructor(private readonly registry: PluginRegistry) {}

  section<Record extends ObjectRecord | TaskRecord | TriggerRecord>(
    kind: Kind,
    records: readonly Record[],
    idOf: (record: Record) => string,
  ): Readonly<{ [id: string]: JsonObject }> {
    return Object.fromEntries(
      records.map((record) => [idOf(record), this.#entry(kind, idOf(record), record)]),
    );
  }

  #entry(kind: Kind, id: string, record: ResourceRecord): JsonObject {
    const schema = entrySchema(this.registry, { kind }, record);
    const entry = leanEntry({ kind, id }, record, schema);
    this.clear[`${kind}s`][id] = entry;
    if (!schema || entry['settings'] === undefined) return entry;
    const base: Path = [`${kind}s`, id, 'settings'];
    mapMarked(schema, entry['settings'], {
      isMarked: isSecret,
      replace: (secret, path) => {
        this.secrets.push({ path: [...base, ...path], single: typeof secret !== 'object' });
        return secret;
      },
    });
    return { ...entry, settings: maskSecrets(schema, entry['settings']) as JsonObject };
  }
}

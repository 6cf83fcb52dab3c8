import type { ObjectRecord, TagRecord, TaskRecord, TriggerRecord } from '../../domain/records.ts';
import type { JsonObject, z } from '../../sdk/index.ts';
import type { PluginRegistry } from '../plugins/plugin-registry.ts';
import { hideSecrets } from './field-changes.ts';
import type { ResourceKind, ResourceRecord, ResourceRef } from './resource-input.ts';
import { settingsSchema } from './settings-parser.ts';

/** The settings of an entry and what tells secrets in them; undefined when no loaded plugin knows. */
export function entrySchema(
  registry: PluginRegistry,
  { kind }: Pick<ResourceRef, 'kind'>,
  record: ResourceRecord,
): z.ZodType | undefined {
  if (kind === 'object') {
    const type = registry.type((record as ObjectRecord).type);
    return type && settingsSchema(type);
  }
  return kind === 'task' ? registry.action((record as TaskRecord).action)?.action.input : undefined;
}

/** With every default. */
export function fullEntry(kind: ResourceKind, record: ResourceRecord): JsonObject {
  switch (kind) {
    case 'tag':
      return given({ description: (record as TagRecord).description });
    case 'object': {
      const { name, enabled, tags, settings } = record as ObjectRecord;
      return { name, enabled, tags: [...tags], settings };
    }
    case 'task': {
      const { name, description, enabled, deleteAfterRunning, action, target, settings } =
        record as TaskRecord;
      return {
        name,
        ...given({ description }),
        enabled,
        deleteAfterRunning,
        action,
        target: { ...target },
        settings,
      };
    }
    case 'trigger': {
      const { enabled, event, object, tag, filter, task } = record as TriggerRecord;
      return { enabled, event, ...given({ object, tag, filter }), task };
    }
  }
}

/** As it can be compared: its secrets hidden. */
export function hiddenEntry(entry: JsonObject, schema: z.ZodType | undefined): JsonObject {
  if (!('settings' in entry)) return entry;
  if (schema) return { ...entry, settings: hideSecrets(schema, entry['settings']) as JsonObject };
  // Without its schema nothing is known to be harmless.
  return { ...entry, settings: {} };
}

function given(fields: Readonly<Record<string, JsonObject[string] | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject;
}

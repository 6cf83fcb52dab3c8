import type { ObjectRecord, TagRecord, TaskRecord, TriggerRecord } from '../domain/records.ts';
import type { PluginRegistry } from '../kernel/plugins/plugin-registry.ts';
import type { ResourceKind, ResourceRecord, ResourceRef } from '../kernel/resources/resource-input.ts';
import { settingsSchema } from '../kernel/resources/settings-parser.ts';
import type { JsonObject, z } from '../sdk/index.ts';
import { leanSettings } from './lean-settings.ts';

/* Stored resources as entries of a configuration file, as they are or with what goes without saying left out. */

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

/** Without what is the default. */
export function leanEntry(
  { kind, id }: ResourceRef,
  record: ResourceRecord,
  schema: z.ZodType | undefined,
): JsonObject {
  const entry = fullEntry(kind, record);
  const { settings } = entry as { readonly settings?: JsonObject };
  const lean =
    settings && kind === 'object' && schema ? { ...entry, settings: leanSettings(schema, settings) } : entry;
  const own = kind === 'object' ? (record as ObjectRecord).key : id;
  return Object.fromEntries(Object.entries(lean).filter(([key, value]) => !isDefault(key, value, own)));
}

function isDefault(key: string, value: unknown, own: string): boolean {
  switch (key) {
    case 'name':
      return value === own;
    case 'enabled':
      return value === true;
    case 'deleteAfterRunning':
      return value === false;
    case 'tags':
    case 'settings':
      return Object.keys(value as object).length === 0;
    default:
      return false;
  }
}

function given(fields: Readonly<Record<string, JsonObject[string] | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject;
}

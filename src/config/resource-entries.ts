import type { ObjectRecord } from '../domain/records.ts';
import { fullEntry } from '../kernel/resources/resource-entry.ts';
import type { ResourceRecord, ResourceRef } from '../kernel/resources/resource-input.ts';
import type { JsonObject, z } from '../sdk/index.ts';
import { leanSettings } from './lean-settings.ts';

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

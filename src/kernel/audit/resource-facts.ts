import { isDeepStrictEqual } from 'node:util';
import type { JsonObject, JsonValue } from '../../sdk/index.ts';
import type { PluginRegistry } from '../plugins/plugin-registry.ts';
import { fieldChanges, shown } from '../resources/field-changes.ts';
import { entrySchema, fullEntry, hiddenEntry } from '../resources/resource-entry.ts';
import type { ResourceRecord, ResourceRef } from '../resources/resource-input.ts';
import type { AuditFact } from './audit-entry.ts';

/** How a resource was, and how it is. */
export interface Altered extends ResourceRef {
  readonly before?: ResourceRecord | undefined;
  readonly after?: ResourceRecord | undefined;
}

/** What the audit log says of a change; nothing if nothing has changed that people could see. */
export function resourceFact(
  { kind, id, before, after }: Altered,
  registry: PluginRegistry,
): AuditFact | undefined {
  const record = after ?? before;
  const about = {
    kind,
    resource: id,
    ...(record && 'name' in record && kind !== 'tag' && { name: record.name }),
  };
  const documentOf = (one: ResourceRecord): JsonObject => {
    const entry = { ...fullEntry(kind, one), managedBy: one.managedBy };
    return hiddenEntry(entry, entrySchema(registry, { kind }, one));
  };
  if (before && after) return updateFact(about, documentOf(before), documentOf(after));
  if (after) return { action: 'created', ...about, after: open(documentOf(after)) };
  return before && { action: 'removed', ...about, before: open(documentOf(before)) };
}

/** A configuration was applied: how much of it was new, other or gone. */
export function appliedFact(changes: readonly AuditFact[]): AuditFact {
  const count = (action: AuditFact['action']): number =>
    changes.filter((fact) => fact.action === action).length;
  const details = { created: count('created'), updated: count('updated'), removed: count('removed') };
  return { action: 'applied', kind: 'config', details };
}

function updateFact(
  about: Pick<AuditFact, 'kind' | 'resource' | 'name'>,
  was: JsonObject,
  is: JsonObject,
): AuditFact | undefined {
  const changed = fieldChanges(was, is).map(({ field }) => field);
  if (changed.length === 0) return undefined;
  const [before, after] = [differing(was, is), differing(is, was)].map(open);
  return { action: 'updated', ...about, ...(before && { before }), ...(after && { after }), changed };
}

/** The fields of a document that another one has otherwise; of settings those of them. */
function differing(document: JsonObject, other: JsonObject): JsonObject {
  const fields = Object.entries(document).filter(([key, value]) => !isDeepStrictEqual(value, other[key]));
  return Object.fromEntries(
    fields.map(([key, value]) => {
      const there = other[key];
      const inner = key === 'settings' && isObject(value) && isObject(there);
      return [key, inner ? differing(value, there) : value];
    }),
  );
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Secrets as masks. */
function open(document: JsonObject): JsonObject {
  return shown(document) as JsonObject;
}

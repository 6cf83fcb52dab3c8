import type { ConfigChange, ConfigChangeKind, ConfigReport } from '../kernel/configuration.ts';
import type { PluginRegistry } from '../kernel/plugins/plugin-registry.ts';
import { fieldChanges, type FieldChange } from '../kernel/resources/field-changes.ts';
import { entrySchema, fullEntry, hiddenEntry } from '../kernel/resources/resource-entry.ts';
import type {
  ResourceKind,
  ResourceRecord,
  ResourceRef,
  Revised,
} from '../kernel/resources/resource-input.ts';
import { leanEntry } from './resource-entries.ts';

const kinds: readonly ResourceKind[] = ['tag', 'object', 'task', 'trigger'];

/** What a revision does, for people: field by field, secrets masked. */
export function configReport(
  { revised, left }: { readonly revised: readonly Revised[]; readonly left: readonly ResourceRef[] },
  registry: PluginRegistry,
): ConfigReport {
  const changes = [
    ...revised.flatMap((one) => changeOf(one, registry) ?? []),
    ...left.map((ref) => ({ ...ref, change: 'left' as const, fields: [] })),
  ];
  const count = (kind: ConfigChangeKind): number => changes.filter(({ change }) => change === kind).length;
  return {
    changes: changes.sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind)),
    summary: {
      created: count('created'),
      updated: count('updated'),
      adopted: count('adopted'),
      removed: count('removed'),
      released: count('released'),
      kept: count('kept'),
      left: count('left'),
      unchanged: revised.filter(({ change }) => change === 'unchanged').length,
    },
  };
}

function changeOf(revised: Revised, registry: PluginRegistry): ConfigChange | undefined {
  const { kind, id, change, before, usedBy } = revised;
  if (change === 'unchanged') return undefined;
  const byHand = before?.changedByHandAt;
  return {
    kind,
    id,
    change,
    ...(byHand !== undefined && { changedByHandAt: new Date(byHand).toISOString() }),
    fields: fieldsOf(revised, registry),
    ...(usedBy && { usedBy }),
  };
}

function fieldsOf(revised: Revised, registry: PluginRegistry): readonly FieldChange[] {
  const { change, before, after } = revised;
  const lean = (record: ResourceRecord): unknown => {
    const schema = entrySchema(registry, revised, record);
    return hiddenEntry(leanEntry(revised, record, schema), schema);
  };
  const full = (record: ResourceRecord): unknown =>
    hiddenEntry(fullEntry(revised.kind, record), entrySchema(registry, revised, record));
  if (change === 'created' && after) return fieldChanges(undefined, lean(after));
  if (change === 'removed' && before) return fieldChanges(lean(before), undefined);
  return change === 'updated' && before && after ? fieldChanges(full(before), full(after)) : [];
}

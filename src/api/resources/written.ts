import type { PluginRegistry } from '../../kernel/plugins/plugin-registry.ts';
import { fieldChanges, type FieldChange } from '../../kernel/resources/field-changes.ts';
import { entrySchema, fullEntry, hiddenEntry } from '../../kernel/resources/resource-entry.ts';
import type { ResourceRecord, Revised } from '../../kernel/resources/resource-input.ts';
import type { ChangeKind } from './change-view.ts';

/** What became of one resource, or would become of it. */
export interface Written<Record> {
  /** Nothing was changed. */
  readonly dryRun: boolean;
  readonly change: ChangeKind;
  /** As it is afterwards; of what is removed, as it was last. */
  readonly record: Record;
  readonly fields: readonly FieldChange[];
  readonly also: readonly Revised[];
}

/** Of the resource that the request is about, then of the others. */
export function writtenOf<Record extends ResourceRecord>(
  [one, ...also]: readonly [Revised, ...Revised[]],
  { dryRun, registry }: { readonly dryRun: boolean; readonly registry: PluginRegistry },
): Written<Record> {
  const record = (one.after ?? one.before) as Record;
  return { dryRun, change: changeOf(one), record, fields: fieldsOf(one, registry), also };
}

function changeOf({ change }: Revised): ChangeKind {
  switch (change) {
    case 'created':
    case 'removed':
    case 'unchanged':
      return change;
    default:
      return 'updated';
  }
}

function fieldsOf(revised: Revised, registry: PluginRegistry): readonly FieldChange[] {
  const { kind, change, before, after } = revised;
  if (change === 'unchanged') return [];
  const entry = (record: ResourceRecord | undefined): unknown =>
    record && hiddenEntry(fullEntry(kind, record), entrySchema(registry, revised, record));
  const fields = fieldChanges(entry(before), entry(after));
  if (!before || !after || before.managedBy === after.managedBy) return fields;
  return [...fields, { field: 'managedBy', before: before.managedBy, after: after.managedBy }];
}

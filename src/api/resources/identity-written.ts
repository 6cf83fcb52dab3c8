import { fieldChanges } from '../../kernel/resources/field-changes.ts';
import type { ChangeKind } from './change-view.ts';
import type { Written } from './written.ts';

interface Change<Record> {
  /** Undefined: it is new. */
  readonly before: Record | undefined;
  /** Undefined: it is removed. */
  readonly after: Record | undefined;
}

/** What became of a user or a token. `entryOf`: what people write of it, secrets hidden. */
export function identityWritten<Record>(
  { before, after }: Change<Record>,
  { dryRun, entryOf }: { readonly dryRun: boolean; readonly entryOf: (record: Record) => object },
): Written<Record> {
  const record = after ?? before;
  if (record === undefined) throw new Error('nothing was changed');
  const [was, is] = [before, after].map((one) => (one === undefined ? undefined : entryOf(one)));
  const fields = fieldChanges(was, is);
  const change: ChangeKind = !was ? 'created' : !is ? 'removed' : fields.length > 0 ? 'updated' : 'unchanged';
  return { dryRun, change, record: (change === 'unchanged' && before) || record, fields, also: [] };
}

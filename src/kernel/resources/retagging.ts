import { SignalboxError } from '../../domain/errors.ts';
import { splitRef } from '../../domain/records.ts';
import { managed, type RecordBuilder } from './record-builder.ts';
import type { Revised } from './resource-input.ts';
import type { Staging } from './staging.ts';

/** Objects, `vm/gpu-01` each, that are to bear a tag or not. */
export interface Retagging {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

interface Bench {
  readonly staging: Staging;
  readonly builder: RecordBuilder;
  /** Epoch ms. */
  readonly now: number;
}

/** Puts it into the staging. Gives what becomes of the tag, then of the objects that change. */
export function stageRetagging(tag: string, { add, remove }: Retagging, bench: Bench): readonly Revised[] {
  const both = add.find((ref) => remove.includes(ref));
  if (both !== undefined) {
    throw new SignalboxError('RESOURCE_INVALID', `${both} is to bear the tag and not to bear it`, {
      field: 'remove',
    });
  }
  const bearers = new Map(add.map((ref) => [ref, true]));
  for (const ref of remove) bearers.set(ref, false);
  const revisedTag = stageTag(tag, bench);
  return [revisedTag, ...[...bearers].flatMap(([ref, bears]) => bear(bench, { ref, tag, bears }) ?? [])];
}

function stageTag(name: string, { staging, builder }: Bench): Revised {
  const before = staging.tag(name);
  if (before) return { kind: 'tag', id: name, change: 'unchanged', before };
  for (const put of builder.build({ kind: 'tag', name })) staging.put(put);
  return { kind: 'tag', id: name, change: 'created', after: staging.tag(name) };
}

/** Undefined when it is so already. */
function bear(
  { staging, now }: Bench,
  { ref, tag, bears }: { readonly ref: string; readonly tag: string; readonly bears: boolean },
): Revised | undefined {
  const { type, key } = splitRef(ref);
  const before = staging.object(type, key);
  if (!before) throw new SignalboxError('REFERENCE_MISSING', `there is no object ${ref}`, { field: ref });
  if (before.tags.includes(tag) === bears) return undefined;
  const tags = bears ? [...before.tags, tag] : before.tags.filter((other) => other !== tag);
  const after = { ...before, tags, ...managed('api', before, now) };
  staging.put({ kind: 'object', put: after });
  return { kind: 'object', id: ref, change: 'updated', before, after };
}

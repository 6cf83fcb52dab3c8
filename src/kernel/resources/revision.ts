import { isDeepStrictEqual } from 'node:util';
import { SignalboxError } from '../../domain/errors.ts';
import type { ManagedBy } from '../../domain/records.ts';
import type { ResourceChange } from '../ports.ts';
import type { RecordBuilder } from './record-builder.ts';
import type {
  Applied,
  ResourceInput,
  ResourceKind,
  ResourceRecord,
  ResourceRef,
  Revised,
} from './resource-input.ts';
import { resourceUsers, userText } from './resource-users.ts';
import { standIn } from './stand-in.ts';
import { identity, type Staging } from './staging.ts';

type Put = Extract<ResourceChange, { put: unknown }>;

/** What is to become of resources that are no longer named. */
export interface Leftovers {
  /** Asked for when the inputs have been judged. */
  readonly refs: () => readonly ResourceRef[];
  /** `remove`: unless others name it. `release`: it stays, and people look after it. */
  readonly fate: 'remove' | 'release';
}

/** Changes that are made together or not at all. */
export interface Revision {
  readonly inputs: readonly ResourceInput[];
  readonly managedBy: ManagedBy;
  readonly leftovers?: Leftovers | undefined;
}

export interface RevisionResult {
  /** One for each input, in their order. */
  readonly applied: readonly Applied[];
  /** Everything that was looked at, tags that come into being with objects included. */
  readonly revised: readonly Revised[];
}

/** What may be named must be there before: tags, then objects, tasks and triggers. */
const order: Readonly<Record<ResourceKind, number>> = { tag: 0, object: 1, task: 2, trigger: 3 };
const kinds: readonly ResourceKind[] = ['tag', 'object', 'task', 'trigger'];

/** Where the records are made and kept until they are applied. */
interface Bench {
  readonly staging: Staging;
  readonly builder: RecordBuilder;
}

/** Judges all of a revision and puts into the staging what it changes. Throws the first error, which names its input. */
export function revise({ inputs, leftovers }: Revision, { staging, builder }: Bench): RevisionResult {
  const applied = new Array<Applied>(inputs.length);
  const revised: Revised[] = [];
  for (const { input, i } of inOrder(inputs)) {
    for (const put of buildAt(builder, input, i)) {
      const one = stage(staging, put);
      revised.push(one);
      applied[i] = { kind: one.kind, id: one.id, change: one.change };
    }
  }
  if (leftovers) revised.push(...letGo(staging, leftovers));
  return { applied, revised };
}

/** Every error of the inputs, not only the first; each names its input. */
export function inputProblems(
  inputs: readonly ResourceInput[],
  { staging, builder }: Bench,
): readonly SignalboxError[] {
  return [...inOrder(inputs)].flatMap(({ input, i }) => {
    try {
      for (const put of buildAt(builder, input, i)) staging.put(put);
      return [];
    } catch (error) {
      if (!(error instanceof SignalboxError)) throw error;
      for (const put of standIn(input)) staging.put(put);
      return [error];
    }
  });
}

function* inOrder(
  inputs: readonly ResourceInput[],
): Generator<{ readonly input: ResourceInput; readonly i: number }> {
  const indexed = inputs.map((input, i) => ({ input, i }));
  yield* indexed.sort((a, b) => order[a.input.kind] - order[b.input.kind]);
}

function buildAt(builder: RecordBuilder, input: ResourceInput, index: number): readonly Put[] {
  try {
    return builder.build(input);
  } catch (error) {
    throw error instanceof SignalboxError ? error.at(index) : error;
  }
}

/** Whether both say the same, whoever looks after them. */
export function sameContent(a: ResourceRecord, b: ResourceRecord): boolean {
  return isDeepStrictEqual(contentOf(a), contentOf(b));
}

function contentOf(record: ResourceRecord): object {
  return { ...record, managedBy: undefined, changedByHandAt: undefined, createdAt: 0, updatedAt: 0 };
}

interface Staged extends Revised {
  readonly change: Applied['change'];
}

function stage(staging: Staging, put: Put): Staged {
  const ref = { kind: put.kind, id: identity(put) };
  const before = staging.find(ref);
  if (!before || !sameContent(before, put.put)) {
    staging.put(put);
    return { ...ref, change: before ? 'updated' : 'created', before, after: put.put };
  }
  // Nothing was changed by hand when what was written is what stands there.
  const sameMark = before.managedBy === put.put.managedBy && before.changedByHandAt === undefined;
  if (sameMark || put.put.changedByHandAt !== undefined) return { ...ref, change: 'unchanged', before };
  const marked = { ...put, put: { ...put.put, updatedAt: before.updatedAt } } as Put;
  staging.put(marked);
  return { ...ref, change: 'adopted', before, after: marked.put };
}

function letGo(staging: Staging, { refs, fate }: Leftovers): readonly Revised[] {
  const left = refs();
  if (fate === 'release') return left.flatMap((ref) => release(staging, ref) ?? []);
  // Whatever names others goes before them.
  return kinds.toReversed().flatMap((kind) => {
    const usersOf = resourceUsers({
      objects: () => staging.objects(),
      tasks: () => staging.tasks(),
      triggers: () => staging.triggers(),
    });
    return left
      .filter((ref) => ref.kind === kind)
      .map((ref) => removeUnused(staging, ref, usersOf(ref).map(userText)));
  });
}

function removeUnused(staging: Staging, ref: ResourceRef, usedBy: readonly string[]): Revised {
  const before = staging.find(ref);
  if (usedBy.length > 0) return { ...ref, change: 'kept', before, usedBy };
  staging.remove(ref);
  return { ...ref, change: 'removed', before };
}

function release(staging: Staging, ref: ResourceRef): Revised | undefined {
  const before = staging.find(ref);
  if (!before) return undefined;
  const { changedByHandAt: _, ...rest } = before;
  const after = { ...rest, managedBy: 'api' } as ResourceRecord;
  staging.put({ kind: ref.kind, put: after } as Put);
  return { ...ref, change: 'released', before, after };
}

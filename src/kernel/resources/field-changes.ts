import { isDeepStrictEqual } from 'node:util';
import { dotted } from '../../domain/dotted.ts';
import type { JsonObject, JsonValue, z } from '../../sdk/index.ts';
import { isSecret } from '../../sdk/schema.ts';
import { mapMarked, type Path } from '../redaction/schema-walk.ts';
import { MASK } from '../redaction/settings-secrets.ts';

/** A field that differs. Secrets are never told, only that they differ. */
export interface FieldChange {
  /** Dotted path: `settings.headers[0].value`. */
  readonly field: string;
  /** Absent where there was, or is to be, nothing. */
  readonly before?: JsonValue;
  readonly after?: JsonValue;
  /** What differs is a secret, or contains one that does. */
  readonly secret?: true;
}

/** A secret on its way through the comparison: it is compared, and shown as a mask. */
class Hidden {
  constructor(readonly value: unknown) {}
}

/** A document in which secrets are hidden, to be compared with another one. */
export function hideSecrets(schema: z.ZodType, value: unknown): unknown {
  return mapMarked(schema, value, { isMarked: isSecret, replace: (secret) => new Hidden(secret) });
}

/** A secret of a document that no schema describes. */
export function hidden(secret: unknown): unknown {
  return new Hidden(secret);
}

/** What differs between two documents, secrets hidden: mappings key by key, lists as a whole unless they are of one length. */
export function fieldChanges(before: unknown, after: unknown, path: Path = []): readonly FieldChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  const [was, is] = [partsOf(before), partsOf(after)];
  const comparable = was && is && Array.isArray(before) === Array.isArray(after);
  if (comparable && (!Array.isArray(before) || haveItemsAlike(before, after as unknown[]))) {
    const names = new Set([...was.keys(), ...is.keys()]);
    return [...names].flatMap((name) => fieldChanges(was.get(name), is.get(name), [...path, name]));
  }
  // What is new or gone is told field by field, too.
  if (before === undefined && isMapping(after) && is && is.size > 0) return fieldChanges({}, after, path);
  if (after === undefined && isMapping(before) && was && was.size > 0) return fieldChanges(before, {}, path);
  // A whole document in which nothing is said has no fields to tell of.
  return path.length === 0 ? [] : [leaf(before, after, path)];
}

function leaf(before: unknown, after: unknown, path: Path): FieldChange {
  const [was, is] = [shown(before), shown(after)];
  const onlySecret = before !== undefined && after !== undefined && isDeepStrictEqual(was, is);
  const secret = onlySecret || before instanceof Hidden || after instanceof Hidden;
  return {
    field: dotted(path),
    ...(was !== undefined && { before: was }),
    ...(is !== undefined && { after: is }),
    ...(secret && { secret: true as const }),
  };
}

/** Lists of mappings, such as headers, are compared item by item when none came or went. */
function haveItemsAlike(before: readonly unknown[], after: readonly unknown[]): boolean {
  return before.length === after.length && [...before, ...after].every(isMapping);
}

function partsOf(value: unknown): ReadonlyMap<string | number, unknown> | undefined {
  if (Array.isArray(value)) return new Map(value.map((item: unknown, i) => [i, item]));
  return isMapping(value) ? new Map(Object.entries(value)) : undefined;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Hidden);
}

/** As people may see it. */
export function shown(value: unknown): JsonValue | undefined {
  if (value instanceof Hidden) return MASK;
  if (Array.isArray(value)) return value.map((item) => shown(item) ?? null);
  if (!isMapping(value)) return value as JsonValue | undefined;
  const entries = Object.entries(value).map(([key, item]) => [key, shown(item)] as const);
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined)) as JsonObject;
}

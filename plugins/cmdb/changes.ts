import diff from 'microdiff';
import type { JsonObject, JsonValue } from 'signalbox/sdk';

/** One thing that is not as it was. Without `before` it is new, without `after` it is gone. */
export interface Change {
  /** JSON Pointer (RFC 6901): `/ram`, `/nics/0/mac`. */
  readonly path: string;
  readonly before?: JsonValue;
  readonly after?: JsonValue;
}

/** With more changes than these, only the fields that changed are told, each as a whole. */
const mostChanges = 1_000;

/** What changed from one state of an object to another; empty when nothing did. */
export function changesOf(before: JsonObject, after: JsonObject): readonly Change[] {
  const differences = diff(bare(before) as object, bare(after) as object, { cyclesFix: false });
  const places =
    differences.length > mostChanges
      ? differences.map(({ path: [field = ''] }) => [field])
      : differences.map(({ path }) => path);
  const paths = new Map(places.map((place) => [pointer(place), place]));
  return Array.from(paths, ([path, place]) => {
    const [was, is] = [valueAt(before, place), valueAt(after, place)];
    return { path, ...(was !== undefined && { before: was }), ...(is !== undefined && { after: is }) };
  });
}

type Place = readonly (string | number)[];

function valueAt(object: JsonObject, place: Place): JsonValue | undefined {
  let value: JsonValue | undefined = object;
  for (const part of place) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as JsonObject)[part];
  }
  return value;
}

/** microdiff asks by `in` whether there is a key: a field named `toString` would always be there. */
function bare(value: JsonValue): unknown {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(bare);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [key, item] of Object.entries(value)) copy[key] = bare(item);
  return copy;
}

function pointer(place: Place): string {
  return place.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

import type { JsonObject, JsonValue, z } from '../../sdk/index.ts';
import { isSecret } from '../../sdk/schema.ts';
import { mapMarked, type Path } from '../redaction/schema-walk.ts';

/*
 * How a document with secrets is kept on the disk: as an array of its open part, in which null stands for each secret, and the
 * sealed ones. A document itself is always an object, so neither can be taken for the other, whatever people write.
 */

/** A secret, with its place in the document; the empty place is all of it. */
export type PlacedSecret = readonly [path: Path, value: JsonValue];

export interface SplitDocument {
  readonly open: JsonObject;
  readonly secrets: readonly PlacedSecret[];
}

export interface KeptDocument {
  readonly open: JsonObject;
  readonly sealed?: string;
}

/** Takes the secrets out. Without a schema nothing is known to be harmless: all of it is a secret. */
export function split(schema: z.core.$ZodType | undefined, document: JsonObject): SplitDocument {
  if (!schema) return { open: {}, secrets: [[[], document]] };
  const secrets: PlacedSecret[] = [];
  const open = mapMarked(schema, document, {
    isMarked: isSecret,
    replace: (value, path) => {
      secrets.push([path, value as JsonValue]);
      return null;
    },
  });
  // The schema as a whole may be marked.
  return { open: (open ?? {}) as JsonObject, secrets };
}

/** Whether null stands in the place of a secret. */
export function hasGaps(schema: z.core.$ZodType, document: JsonObject): boolean {
  let found = false;
  mapMarked(schema, document, {
    isMarked: isSecret,
    nulls: true,
    replace: (value) => {
      found ||= value === null;
      return value;
    },
  });
  return found;
}

/** The document as it was before its secrets were taken out. */
export function join(open: JsonObject, secrets: readonly PlacedSecret[]): JsonObject {
  return secrets.reduce<JsonValue>(
    (document, [path, value]) => put(document, path, value),
    open,
  ) as JsonObject;
}

/** Whether a secret stands in the open part. */
export function stands(open: JsonObject, [path]: PlacedSecret): boolean {
  const found = path.reduce<unknown>(
    (value, part) =>
      isContainer(value) && Object.hasOwn(value, part) ? Reflect.get(value, part) : undefined,
    open,
  );
  return found !== undefined && found !== null;
}

/** For a column. The one place that knows of it: the records' types say that settings are objects. */
export function toColumn({ open, sealed }: KeptDocument): JsonObject {
  return sealed === undefined ? open : ([open, sealed] as unknown as JsonObject);
}

export function fromColumn(column: JsonObject): KeptDocument {
  const value: unknown = column;
  if (!Array.isArray(value)) return { open: column };
  const [open, sealed] = value as readonly unknown[] as readonly [JsonObject, string];
  return { open, sealed };
}

function put(document: JsonValue, [part, ...rest]: Path, value: JsonValue): JsonValue {
  if (part === undefined) return value;
  if (isList(document)) return document.map((item, i) => (i === part ? put(item, rest, value) : item));
  const entries = Object.entries(isContainer(document) ? document : {});
  return Object.fromEntries(
    entries.map(([key, item]) => [key, key === part ? put(item, rest, value) : item]),
  );
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

import { PermanentError, type JsonObject, type JsonValue } from 'signalbox/sdk';

/*
 * The placeholders of a mapping: `${body.alert.title}`, `${headers["x-origin"]}`, `${item.host}`. As in messages, they
 * name a value and compute nothing.
 */

/** What a mapping can draw on. */
export interface Scope {
  readonly body: JsonValue;
  readonly headers: JsonObject;
  /** The element of the list, or the body where there is no list. */
  readonly item: JsonValue;
  /** Its place in the list, from 0. */
  readonly index: number;
  readonly values: JsonObject;
  /** SHA-256 of the body's bytes, hexadecimal. */
  readonly digest: string;
  /** Shared by all that is made of one request. */
  readonly room: Room;
}

/** How many characters may still be written into texts. */
export interface Room {
  characters: number;
}

/**
 * For one request. A text that mixes something of the body with something of an element is a copy for each element, and
 * neither texts of tables nor those within one event are seen by Signalbox's own limit, which is half as much.
 */
export function roomForTexts(): Room {
  return { characters: 32_000_000 };
}

export const roots = ['body', 'headers', 'item', 'index', 'values', 'digest'] as const;

/** Finds a value in the scope; undefined where there is none. */
export type Lookup = (scope: Scope) => JsonValue | undefined;

interface Placeholder {
  readonly raw: string;
  readonly lookup: Lookup;
}

type Part = string | Placeholder;

const names = roots.map((root) => `\${${root}…}`).join(', ');
const segment = /\.([\p{L}\p{N}_-]+)|\[(\d+)\]|\["([^"]*)"\]|\['([^']*)'\]/uy;

/** Reads a path such as `body.alerts[0].name`. Throws an Error that says what is wrong with it. */
export function compilePath(path: string): Lookup {
  const [root = ''] = /^[a-z]*/.exec(path) ?? [];
  const segments: string[] = [];
  let at = root.length;
  while (at < path.length) {
    segment.lastIndex = at;
    const found = segment.exec(path);
    if (!found) throw new Error(`"${path}" is no path; a key with other characters is written ["key"]`);
    segments.push(found[1] ?? found[2] ?? found[3] ?? found[4] ?? '');
    at = segment.lastIndex;
  }
  if (!isRoot(root)) throw new Error(`"${path}" leads nowhere; there are ${names}`);
  return (scope) => valueAt(scope[root], segments);
}

/** A text that is there only as a whole: undefined when one of its placeholders has no value. */
export function compileText(text: string): (scope: Scope) => string | undefined {
  const parts = parse(text);
  return (scope) => {
    const values = parts.map((part) => (typeof part === 'string' ? part : part.lookup(scope)));
    return values.every((value) => value != null) ? joined(values, scope.room) : undefined;
  };
}

/**
 * Any JSON with placeholders in its texts. A text that is exactly one placeholder takes the value with its JSON type
 * and is left out where there is none; within a text, a placeholder without a value stays as it is written.
 */
export function compileValue(value: JsonValue): Lookup {
  if (typeof value === 'string') return compileTextValue(value);
  if (typeof value !== 'object' || value === null) return () => value;
  if (isList(value)) {
    const items = value.map(compileValue);
    return (scope) => items.map((item) => item(scope) ?? null);
  }
  const fields = Object.entries(value).map(([key, item]) => [key, compileValue(item)] as const);
  return (scope) =>
    Object.fromEntries(
      fields.flatMap(([key, item]) => {
        const filled = item(scope);
        return filled === undefined ? [] : [[key, filled]];
      }),
    );
}

/** Whether a text says the same whatever comes. */
export function isFixed(text: string): boolean {
  return parse(text).every((part) => typeof part === 'string');
}

function compileTextValue(text: string): Lookup {
  const parts = parse(text);
  const [only] = parts;
  if (parts.length === 1 && typeof only === 'object') return only.lookup;
  return (scope) =>
    joined(
      parts.map((part) => (typeof part === 'string' ? part : (part.lookup(scope) ?? part.raw))),
      scope.room,
    );
}

/** `$${` is a literal `${`. */
function parse(text: string): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(/(\$?)\$\{([^}]*)(\}?)/g)) {
    const [raw, escape, content = '', brace] = match;
    if (match.index > end) parts.push(text.slice(end, match.index));
    end = match.index + raw.length;
    if (escape === '$') parts.push(raw.slice(1));
    else if (brace === '')
      throw new Error(`"${raw.slice(0, 40)}" has no closing brace; for a literal \${ write $\${`);
    else parts.push({ raw, lookup: compilePath(content.trim()) });
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

/** Own fields of objects and elements of lists only: `constructor` or `length` lead nowhere. */
function valueAt(root: JsonValue, segments: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const name of segments) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (isList(value)) value = /^\d+$/.test(name) ? value[Number(name)] : undefined;
    else value = Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value;
}

/** Piece by piece, so that what has no room is not made first. */
function joined(values: readonly JsonValue[], room: Room): string {
  let text = '';
  for (const value of values) {
    const piece = asText(value);
    if ((room.characters -= piece.length) < 0) {
      throw new PermanentError(
        'the texts that the mapping makes of this delivery have more than 32 million characters; post less at once, or take less of it into each text',
      );
    }
    text += piece;
  }
  return text;
}

function asText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isRoot(name: string): name is (typeof roots)[number] {
  return (roots as readonly string[]).includes(name);
}

// Array.isArray does not narrow readonly arrays.
function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

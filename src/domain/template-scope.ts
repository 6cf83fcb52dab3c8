import type { EventView, JsonObject, JsonValue } from '../sdk/index.ts';
import { formatDate } from './template-date.ts';
import type { Root, Variable } from './template-placeholder.ts';

/** Makes of the text of a value what is inserted. */
export type Insert = (text: string) => string;

/** All that a message may draw on. */
export interface TemplateScope {
  readonly event: EventView;
  /** The event's object: type, key, name, tags, and its settings without secrets. */
  readonly object?: JsonObject;
  /** What is being done. */
  readonly run: { readonly id: string };
  readonly task: { readonly id: string; readonly name: string };
  readonly now: Date;
  /** A random integer, for `${RANDOM}`. */
  readonly random: number;
  /** IANA name. Default: the server's. */
  readonly timeZone?: string;
  /** Characters that may still be inserted into texts; used up, `render` throws a RangeError. Default: any number. */
  readonly room?: { characters: number };
  /**
   * Makes of the text of a value what is inserted. With it, all values are inserted as text. Default: texts as they are,
   * and a placeholder that stands alone becomes its value.
   */
  readonly insert?: Insert;
}

/** Finds a variable's value in the scope; undefined where there is none. */
export type Lookup = (scope: TemplateScope) => JsonValue | undefined;

/** Prepares the look-up of a variable, so that nothing is parsed when the message is made. */
export function createLookup(variable: Variable): Lookup {
  switch (variable.kind) {
    case 'builtIn':
      return builtInLookups[variable.name];
    case 'path':
      return pathLookup(variable.root, variable.segments);
    case 'problem':
      return () => undefined;
  }
}

const builtInLookups = {
  NAME: ({ event }) => event.object?.name || event.object?.key || event.type,
  DATE: ({ now, timeZone }) => formatDate(now, timeZone),
  TIMESTAMP: ({ now }) => Math.floor(now.getTime() / 1000),
  RANDOM: ({ random }) => random,
} satisfies Record<string, Lookup>;

function pathLookup(root: Root, segments: readonly string[]): Lookup {
  switch (root) {
    case 'event':
      return eventLookup(segments);
    case 'object':
      return ({ object }) => valueAt(object, segments);
    case 'run':
      return ({ run: { id } }) => valueAt({ id }, segments);
    case 'task':
      return ({ task: { id, name } }) => valueAt({ id, name }, segments);
  }
}

function eventLookup(segments: readonly string[]): Lookup {
  const [first, ...rest] = segments;
  switch (first) {
    case undefined:
      return ({ event }) => eventAsJson(event);
    case 'data':
      return ({ event }) => valueAt(event.data, rest);
    case 'object':
      return ({ event }) => valueAt(objectAsJson(event), rest);
    case 'id':
    case 'source':
    case 'type':
    case 'time':
      return ({ event }) => valueAt(event[first], rest);
    default:
      return () => undefined;
  }
}

// Field by field: whatever else the kernel's objects may carry must not end up in a message.
function eventAsJson(event: EventView): JsonObject {
  const { id, source, type, time, data } = event;
  const object = objectAsJson(event);
  return { id, source, type, time, data, ...(object && { object }) };
}

function objectAsJson({ object }: EventView): JsonObject | undefined {
  if (!object) return undefined;
  const { type, key, name, tags } = object;
  return { type, key, name, tags };
}

/** Own fields of objects and elements of arrays only: `constructor` or `length` lead nowhere. */
function valueAt(root: JsonValue | undefined, segments: readonly string[]): JsonValue | undefined {
  let value = root;
  for (const segment of segments) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (isArray(value)) value = /^\d+$/.test(segment) ? value[Number(segment)] : undefined;
    else value = Object.hasOwn(value, segment) ? value[segment] : undefined;
  }
  return value;
}

// Array.isArray does not narrow readonly arrays.
function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

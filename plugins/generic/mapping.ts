import { createHash } from 'node:crypto';
import {
  PermanentError,
  type InboundEvent,
  type InboundRequest,
  type JsonObject,
  type JsonValue,
} from 'signalbox/sdk';
import { instant } from './instant.ts';
import { compileWhen, type EventMapping, type GenericSettings } from './settings.ts';
import { compilePath, compileText, compileValue, roomForTexts, type Scope } from './template.ts';

type Mapping = (request: InboundRequest) => Iterable<InboundEvent>;
type Tables = (scope: Scope) => JsonObject;

// Settings of an object stay the same until somebody changes it.
const compiled = new WeakMap<GenericSettings, Mapping>();

/** The events that the settings make of a request, each when it is asked for. */
export function mapRequest(request: InboundRequest<GenericSettings>): Iterable<InboundEvent> {
  const { settings } = request.object;
  let mapping = compiled.get(settings);
  if (!mapping) compiled.set(settings, (mapping = compile(settings)));
  return mapping(request);
}

function compile({ values, events }: GenericSettings): Mapping {
  const tables = compileTables(values);
  const each = events.map((event, i) => compileEvent(event, { tables, place: `settings.events[${i}]` }));
  return function* (request) {
    const { headers } = request;
    const body = request.json();
    const digest = createHash('sha256').update(request.body).digest('hex');
    const scope = { body, headers, item: body, index: 0, values: {}, digest, room: roomForTexts() };
    for (const eventsOf of each) yield* eventsOf(scope);
  };
}

function compileTables(values: GenericSettings['values']): Tables {
  const tables = Object.entries(values).map(([name, { from, map, default: other }]) => {
    const key = compileText(from);
    const lookup = (scope: Scope): JsonValue | undefined => {
      const found = key(scope);
      return found !== undefined && Object.hasOwn(map, found) ? map[found] : other;
    };
    return [name, lookup] as const;
  });
  return (scope) =>
    Object.fromEntries(
      tables.flatMap(([name, lookup]) => {
        const value = lookup(scope);
        return value === undefined ? [] : [[name, value]];
      }),
    );
}

function compileEvent(
  mapping: EventMapping,
  { tables, place }: { readonly tables: Tables; readonly place: string },
): (scope: Scope) => Iterable<InboundEvent> {
  const list = mapping.items === undefined ? undefined : compilePath(mapping.items);
  const fits = mapping.when && compileWhen(mapping.when);
  const make = compileFields(mapping, place);
  return function* (outer) {
    const items = list ? listOf(list(outer), `${place}.items`) : [outer.body];
    for (const [index, item] of items.entries()) {
      const bare = { ...outer, item, index };
      const scope = { ...bare, values: tables(bare) };
      if (fits?.(documentOf(scope)) !== false) yield make(scope);
    }
  };
}

/** What a filter sees. */
function documentOf({ room: _, ...document }: Scope): JsonObject {
  return document;
}

function compileFields(mapping: EventMapping, place: string): (scope: Scope) => InboundEvent {
  const type = compileText(mapping.type);
  const object = optionalText(mapping.object);
  const id = optionalText(mapping.id);
  const time = mapping.time === undefined ? undefined : compileValue(mapping.time);
  const data = compileValue(mapping.data ?? '${item}');
  return (scope) => {
    const name = type(scope);
    if (name === undefined)
      throw new PermanentError(`${place}.type: ${mapping.type} leads nowhere in this body`);
    const key = object(scope);
    return {
      type: name,
      object: key,
      // Two events of one delivery may have the same id by mistake; one of them must not go for a repeat of the other.
      id: idOf([name, key, id(scope)]),
      time: instant(time?.(scope), `${place}.time`),
      data: data(scope),
    };
  };
}

function optionalText(text: string | undefined): (scope: Scope) => string | undefined {
  return text === undefined ? () => undefined : compileText(text);
}

function idOf([type, object, id]: readonly [string, string | undefined, string | undefined]):
  string | undefined {
  return id === undefined ? undefined : [type, object, id].filter((part) => part !== undefined).join('/');
}

function listOf(value: JsonValue | undefined, place: string): readonly JsonValue[] {
  if (value == null) return [];
  if (Array.isArray(value)) return value as readonly JsonValue[];
  throw new PermanentError(`${place}: what it leads to is no list in this body`);
}

import { PermanentError, type EventView, type JsonObject, type JsonValue } from 'signalbox/sdk';
import { isObject } from './json-object.ts';
import { numericId } from './numeric-id.ts';

/*
 * The document of DataGerry's own webhooks, as its source has it (cmdb/manager/webhooks_manager.py and
 * CmdbObject.__truediv__ in 2.2.0; webhook_helper.py since 3.0): a side that there is not is null, times are MongoDB's
 * extended JSON, and changes are the fields that are not the same on the other side.
 */

/** Throws a PermanentError when the event is not about a change of an object. */
export function datagerryPayload(event: EventView): JsonObject {
  const { type, time, data } = event;
  const before = sideOf(event, 'object_before');
  const after = sideOf(event, 'object_after');
  if (!before && !after)
    throw new PermanentError(
      `the format datagerry needs object_before or object_after in the data of the event, as cmdb.updated has them; ${type} has neither`,
    );
  return {
    event_time: { $date: Date.parse(time) },
    operation: before ? (after ? 'UPDATE' : 'DELETE') : 'CREATE',
    object_before: before ?? null,
    object_after: after ?? null,
    changes: told(data) ?? (before && after ? changesOf(before, after) : null),
  };
}

/** Every object of DataGerry says which one it is. */
function sideOf(
  { data, object: about }: EventView,
  side: 'object_before' | 'object_after',
): JsonObject | undefined {
  const object = isObject(data) ? data[side] : undefined;
  if (!isObject(object)) return undefined;
  return about && !Object.hasOwn(object, 'public_id')
    ? { public_id: numericId(about.key), ...object }
    : object;
}

/** Changes that DataGerry itself told are a mapping; those that Signalbox works out for its events are a list. */
function told(data: JsonValue): JsonObject | undefined {
  const changes = isObject(data) ? data['changes'] : undefined;
  return isObject(changes) ? changes : undefined;
}

function changesOf(before: JsonObject, after: JsonObject): JsonObject {
  const [old, now] = fieldsOf(before, after);
  const changes = { old: missingIn(now, old), new: missingIn(old, now) };
  const { active } = after;
  // Switching an object on or off is no change of a field.
  const switched = typeof active === 'boolean' && active !== before['active'];
  return switched && changes.old.length + changes.new.length === 0 ? { state: active } : changes;
}

type Fields = readonly JsonValue[];

/** DataGerry's objects have a list of fields, `{ name, value }` each; of other objects every key is one. */
function fieldsOf(before: JsonObject, after: JsonObject): readonly [Fields, Fields] {
  const [old, now] = [before['fields'], after['fields']];
  return isList(old) && isList(now) ? [old, now] : [asFields(before), asFields(after)];
}

function asFields(object: JsonObject): Fields {
  return Object.entries(object).map(([name, value]) => ({ name, value }));
}

/** Those of `fields` that `others` does not have, whatever the order. */
function missingIn(others: Fields, fields: Fields): Fields {
  const known = new Set(others.map(canonical));
  return fields.filter((field) => !known.has(canonical(field)));
}

/** The same text for the same value, in whatever order its keys stand. */
function canonical(value: JsonValue): string {
  return JSON.stringify(value, (_, part: JsonValue) =>
    isObject(part) ? Object.fromEntries(Object.entries(part).sort(byKey)) : part,
  );
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

// Array.isArray does not narrow readonly arrays.
function isList(value: JsonValue | undefined): value is Fields {
  return Array.isArray(value);
}

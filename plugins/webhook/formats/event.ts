import type { EventView, JsonObject } from 'signalbox/sdk';

/** The event, plain. */
export function eventPayload({ id, source, type, time, object, data }: EventView): JsonObject {
  return { id, source, type, time, ...(object && { object: { ...object } }), data };
}

/** CloudEvents 1.0, structured mode. */
export function cloudEvent({ id, source, type, time, object, data }: EventView): JsonObject {
  return {
    specversion: '1.0',
    id,
    source,
    type,
    ...(object && { subject: object.key }),
    time,
    datacontenttype: 'application/json',
    data,
  };
}

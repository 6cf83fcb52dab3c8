import type { EventView, JsonObject, JsonValue } from 'signalbox/sdk';

export const formats = ['message', 'event', 'cloudevents'] as const;
export type Format = (typeof formats)[number];

interface Content {
  readonly format: Format;
  readonly message: JsonValue;
  readonly event: EventView;
  /** Copied into the payload. */
  readonly secret: string | undefined;
}

/** What a request carries, before it is placed at the data location. */
export function payloadOf({ format, message, event, secret }: Content): JsonValue {
  switch (format) {
    case 'message':
      return withSecret(message, secret);
    case 'event':
      return withSecret(eventPayload(event), secret);
    case 'cloudevents':
      return cloudEvent(event);
  }
}

function eventPayload({ id, source, type, time, object, data }: EventView): JsonObject {
  return { id, source, type, time, ...(object && { object: { ...object } }), data };
}

/** CloudEvents 1.0, structured mode. */
function cloudEvent({ id, source, type, time, object, data }: EventView): JsonObject {
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

/** Only objects have room for it. */
export function withSecret(payload: JsonValue, secret: string | undefined): JsonValue {
  return secret !== undefined && isObject(payload) ? { ...payload, secret } : payload;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

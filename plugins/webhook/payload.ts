import type { EventView, JsonValue } from 'signalbox/sdk';
import { apioPayload } from './formats/apio.ts';
import { datagerryPayload } from './formats/datagerry.ts';
import { cloudEvent, eventPayload } from './formats/event.ts';
import { isObject } from './formats/json-object.ts';

export const formats = ['message', 'event', 'cloudevents', 'datagerry', 'apio'] as const;
export type Format = (typeof formats)[number];

interface Content {
  readonly format: Format;
  readonly message: JsonValue;
  readonly event: EventView;
  readonly runId: string;
  /** Copied into the payload. */
  readonly secret: string | undefined;
}

/** What a request carries, before it is placed at the data location. */
export function payloadOf({ format, message, event, runId, secret }: Content): JsonValue {
  switch (format) {
    case 'message':
      return withSecret(message, secret);
    case 'event':
      return withSecret(eventPayload(event), secret);
    case 'cloudevents':
      return cloudEvent(event);
    case 'datagerry':
      return datagerryPayload(event);
    case 'apio':
      return apioPayload({ event, runId, secret });
  }
}

/** Only objects have room for it. */
export function withSecret(payload: JsonValue, secret: string | undefined): JsonValue {
  return secret !== undefined && isObject(payload) ? { ...payload, secret } : payload;
}

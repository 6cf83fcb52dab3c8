import type { IncomingHttpHeaders } from 'node:http';
import { SignalboxError } from '../../domain/errors.ts';
import type { EventInput } from '../../kernel/stream/event-input.ts';
import { mediaTypeOf, mediaTypes } from '../http/media-types.ts';
import { binaryEvent, isBinaryEvent, structuredEvent } from './cloud-event.ts';
import { nativeEvent } from './native-event.ts';

const maxBatch = 1_000;

/** What a request to ingest carries: one event, or many that are stored together or not at all. */
export interface Ingest {
  readonly events: readonly EventInput[];
  readonly batch: boolean;
}

/** Reads the events of a request in any of the forms that are taken. */
export function readIngest(headers: IncomingHttpHeaders, body: unknown): Ingest {
  const mediaType = mediaTypeOf(headers['content-type']);
  switch (mediaType) {
    case mediaTypes.cloudEvent:
      return { events: [structuredEvent(present(body))], batch: false };
    case mediaTypes.cloudEventBatch:
      if (!Array.isArray(body)) throw new SignalboxError('BODY_INVALID', 'a batch must be a JSON array');
      return readBatch(body, structuredEvent);
    case mediaTypes.mergePatch:
      throw new SignalboxError('UNSUPPORTED_MEDIA_TYPE', `${mediaType} carries no events`);
    default:
      return readJson(headers, body);
  }
}

function readJson(headers: IncomingHttpHeaders, body: unknown): Ingest {
  if (isBinaryEvent(headers)) return { events: [binaryEvent(headers, body)], batch: false };
  if (Array.isArray(body)) return readBatch(body, nativeEvent);
  return { events: [nativeEvent(present(body))], batch: false };
}

function readBatch(items: readonly unknown[], read: (item: unknown) => EventInput): Ingest {
  if (items.length > maxBatch) {
    const [max, got] = [maxBatch, items.length].map((n) => n.toLocaleString('en')) as [string, string];
    throw new SignalboxError('BATCH_TOO_LARGE', `at most ${max} events at once, got ${got}`);
  }
  const events = items.map((item, i) => {
    try {
      return read(item);
    } catch (error) {
      throw error instanceof SignalboxError ? inBatch(error, i) : error;
    }
  });
  return { events, batch: true };
}

/** The error as said of one event of a batch: `events[3].data.level`. */
export function inBatch(error: SignalboxError, index: number): SignalboxError {
  const event = `events[${String(index)}]`;
  const within = (field: string): string => `${event}.${field}`;
  return new SignalboxError(error.code, `${event}: ${error.message}`, {
    field: error.field === undefined ? event : within(error.field),
    issues: error.issues.map((issue) => ({ ...issue, field: within(issue.field) })),
    ...(error.retryAfter !== undefined && { retryAfter: error.retryAfter }),
    cause: error,
  });
}

function present(body: unknown): unknown {
  if (body !== undefined) return body;
  throw new SignalboxError(
    'BODY_INVALID',
    'a JSON body with an event is needed, with content-type: application/json',
  );
}

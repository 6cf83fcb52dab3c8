import { SignalboxError } from '../../domain/errors.ts';
import type { EventInput } from '../../kernel/stream/event-input.ts';

const strings = ['type', 'object', 'source', 'id', 'time'] as const;
const known = new Set<string>([...strings, 'data', 'causedBy']);

/**
 * Reads one event of the native form, `{ type, object?, data?, id?, source?, time?, causedBy? }`. It runs for every event, so it
 * is written out by hand; what the fields may hold is judged once, by the event stream.
 */
export function nativeEvent(value: unknown): EventInput {
  checkNative(value);
  return value;
}

function checkNative(value: unknown): asserts value is EventInput {
  if (!isJsonObject(value)) throw invalid('an event must be a JSON object');
  for (const name of strings) {
    const field = value[name];
    if (field !== undefined && typeof field !== 'string') throw invalid('must be a string', name);
  }
  for (const name in value) if (!known.has(name)) throw unknownField(name);
  if (value['type'] === undefined) throw invalid('is missing', 'type');
  if (value['causedBy'] !== undefined) checkCause(value['causedBy']);
}

/** A gateway or an application tells what has led to it, so that a chain over the network ends, too. */
function checkCause(cause: unknown): void {
  const { id, depth, ...more } = isJsonObject(cause) ? cause : {};
  const isId = typeof id === 'string' && /^[\w-]{1,64}$/.test(id);
  const isDepth = Number.isInteger(depth) && Number(depth) >= 0 && Number(depth) <= 10_000;
  if (isId && isDepth && Object.keys(more).length === 0) return;
  throw invalid('must be { "id": the id of an event, "depth": a whole number from 0 }', 'causedBy');
}

export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** EVENT_INVALID of one field of the event, or of all of it. */
export function invalid(message: string, field?: string): SignalboxError {
  return field === undefined
    ? new SignalboxError('EVENT_INVALID', message)
    : new SignalboxError('EVENT_INVALID', `${field}: ${message}`, { field });
}

function unknownField(name: string): SignalboxError {
  if (name === 'specversion') {
    return invalid('send a CloudEvent with content-type: application/cloudevents+json', name);
  }
  return invalid('there is no such field; what belongs to the event goes into "data"', name.slice(0, 100));
}

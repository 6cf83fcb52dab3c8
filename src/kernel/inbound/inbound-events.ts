import { SignalboxError } from '../../domain/errors.ts';
import type { Cause, InboundEvent, JsonValue } from '../../sdk/index.ts';
import { roughSize } from '../rough-size.ts';
import type { EventInput } from '../stream/event-input.ts';

/** Of one delivery, which is stored in one transaction. */
const mostEvents = 10_000;
/** About how many bytes they may have: a mapping can make much of a small body. */
const mostBytes = 16 * 1024 * 1024;

/**
 * What a plugin makes of a delivery, for the event stream. `causedBy` is what led to the delivery. Asks for no event
 * beyond the limits, so that what comes lazily is never all in memory; throws BATCH_TOO_LARGE there.
 */
export function eventInputs(
  events: Iterable<InboundEvent>,
  causedBy: Cause | undefined,
): readonly EventInput[] {
  const inputs: EventInput[] = [];
  let room = mostBytes;
  for (const event of events) {
    if (inputs.length === mostEvents)
      throw tooLarge(`more than ${mostEvents.toLocaleString('en')} events`, 'Post less at once');
    room -= sizeOf(event, room);
    if (room < 0)
      throw tooLarge('events of more than 16 MiB', 'Post less at once, or take less of it into each event');
    inputs.push(eventInput(event, { causedBy, index: inputs.length }));
  }
  return inputs;
}

/** Whatever the parts are: the event stream judges them. */
function sizeOf({ type, object, id, data }: InboundEvent, most: number): number {
  return [type, object, id, data].reduce<number>(
    (size, part) => (size > most ? size : size + roughSize(part as JsonValue, most - size)),
    0,
  );
}

function eventInput(
  { type, object, data, id, time }: InboundEvent,
  { causedBy, index }: { readonly causedBy: Cause | undefined; readonly index: number },
): EventInput {
  return {
    type,
    ...(object !== undefined && { object }),
    ...(data !== undefined && { data }),
    ...(id !== undefined && { id }),
    ...(time !== undefined && { time: instant(time, index) }),
    ...(causedBy && { causedBy }),
  };
}

function instant(time: Date, index: number): string {
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw new SignalboxError('EVENT_INVALID', 'time: is none', { field: 'time', index });
}

function tooLarge(what: string, advice: string): SignalboxError {
  return new SignalboxError(
    'BATCH_TOO_LARGE',
    `what is made of this delivery is too much: ${what}. ${advice}.`,
  );
}

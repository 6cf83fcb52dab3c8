import { SignalboxError } from '../../domain/errors.ts';
import type { Cause, InboundEvent, JsonValue } from '../../sdk/index.ts';
import { roughSize } from '../rough-size.ts';
import type { EventInput } from '../stream/event-input.ts';

/** Of one delivery, which is stored in one transaction. */
const mostEvents = 10_000;
/** About how many bytes their data may have: a mapping can make much of a small body. */
const mostBytes = 16 * 1024 * 1024;

/** What a plugin has made of a delivery, for the event stream. `causedBy` is what led to the delivery. */
export function eventInputs(
  events: readonly InboundEvent[],
  causedBy: Cause | undefined,
): readonly EventInput[] {
  if (events.length > mostEvents) {
    throw tooLarge(
      `at most ${mostEvents.toLocaleString('en')} events, got ${events.length.toLocaleString('en')}`,
    );
  }
  let bytes = 0;
  for (const { data } of events) {
    // Whatever it is: the event stream judges it.
    bytes += roughSize(data as JsonValue);
    if (bytes > mostBytes) throw tooLarge('their data has more than 16 MiB');
  }
  return events.map(({ type, object, data, id, time }, i) => ({
    type,
    ...(object !== undefined && { object }),
    ...(data !== undefined && { data }),
    ...(id !== undefined && { id }),
    ...(time !== undefined && { time: instant(time, i) }),
    ...(causedBy && { causedBy }),
  }));
}

function instant(time: Date, index: number): string {
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw new SignalboxError('EVENT_INVALID', 'time: is none', { field: 'time', index });
}

function tooLarge(what: string): SignalboxError {
  return new SignalboxError('BATCH_TOO_LARGE', `what is made of one delivery is too much: ${what}`);
}

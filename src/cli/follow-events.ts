import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from './api-client.ts';
import type { CliContext } from './cli-context.ts';
import { printError, UnreachableError } from './cli-error.ts';
import { eventAnswer, eventsAnswer, type EventAnswer } from './event-answer.ts';
import { interruption } from './interruption.ts';

const reconnectMs = 2_000;
const remembered = 10_000;

export interface FollowEventsOptions {
  readonly api: ApiClient;
  readonly type?: string;
  readonly object?: string;
  readonly source?: string;
  /** How many events to show at first. */
  readonly limit: number;
  readonly print: (event: EventAnswer) => void;
  readonly context: CliContext;
}

/** Prints the latest events, then each one as it comes, until Ctrl-C. */
export async function followEvents(options: FollowEventsOptions): Promise<void> {
  const signal = options.context.signal ?? interruption();
  try {
    await follow(options, signal);
  } catch (error) {
    // Ctrl-C is how it ends.
    if (!signal.aborted) throw error;
  }
}

/** A server that restarts is waited for, and goes on where it was. */
async function follow(options: FollowEventsOptions, signal: AbortSignal): Promise<never> {
  const { err } = options.context.terminal;
  const position: Position = { seen: new Set(), lastEventId: undefined, lost: false };
  for (;;) {
    try {
      await read(options, position, signal);
    } catch (error) {
      if (!(error instanceof UnreachableError) || signal.aborted) throw error;
      // One that was never reached is none to wait for.
      if (position.lastEventId === undefined) throw error;
      if (!position.lost) {
        printError(err, error);
        err.line(err.paint('dim', 'Trying again until it answers …'));
      }
      position.lost = true;
      await delay(reconnectMs, undefined, { signal });
    }
  }
}

interface Position {
  readonly seen: Set<string>;
  lastEventId: string | undefined;
  lost: boolean;
}

async function read(options: FollowEventsOptions, position: Position, signal: AbortSignal): Promise<void> {
  const { api, type, object, source, context } = options;
  const { err } = context.terminal;
  const { lastEventId } = position;
  const stream = api.stream({ path: '/api/stream', query: { kinds: 'event', type }, lastEventId, signal });
  for await (const { event, data, id } of stream) {
    if (event === 'open') {
      if (position.lost) err.line(err.paint('dim', 'Connected again.'));
      position.lost = false;
      // Only now, so that none comes in between.
      if (lastEventId === undefined) await printLatest(options, position, signal);
    }
    if (event === 'reset') err.line(err.paint('yellow', 'Events may be missing here: see signalbox events.'));
    if (event === 'event') {
      const told = eventAnswer.parse(JSON.parse(data));
      const isWanted =
        (object === undefined || told.object === object) && (source === undefined || told.source === source);
      if (isWanted) printOnce(told, options, position);
    }
    position.lastEventId = id ?? position.lastEventId;
  }
}

async function printLatest(
  options: FollowEventsOptions,
  position: Position,
  signal: AbortSignal,
): Promise<void> {
  const { api, type, object, source, limit } = options;
  const query = { type, object, source, limit };
  const { items } = await api.request({ path: '/api/events', query, answer: eventsAnswer, signal });
  for (const event of items.toReversed()) printOnce(event, options, position);
}

/** After a connection was lost, the last ones come once more. */
function printOnce(event: EventAnswer, { print }: FollowEventsOptions, { seen }: Position): void {
  if (seen.has(event.id)) return;
  seen.add(event.id);
  for (const id of seen) {
    if (seen.size <= remembered) break;
    seen.delete(id);
  }
  print(event);
}

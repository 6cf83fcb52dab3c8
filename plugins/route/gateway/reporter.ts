import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { redactUrl, type Logger } from 'signalbox/sdk';
import type { CallEvent, Report } from './gateway-call.ts';
import { pathOf } from './target.ts';

/** Stores an event, once for each id; rejects when it cannot be. */
export type Emit = (event: CallEvent, id: string) => Promise<void>;

interface ReporterOptions {
  readonly emit: Emit;
  readonly logger: Logger;
  /** How long a store that takes nothing is asked again, ms. */
  readonly patienceMs: number;
  /** Aborted when there is no more time for that. */
  readonly hurry: AbortSignal;
}

/** Between the first two times, ms; then ever longer. */
const firstPauseMs = 100;

/** What Signalbox says when an event may be stored a little later. */
const passing = new Set(['STORAGE_UNAVAILABLE', 'OVERLOADED']);

/** Stores the events of calls, or says in the log which could not be. */
export function reporter({ emit, logger, patienceMs, hurry }: ReporterOptions): Report {
  return async (...event) => {
    // The answer of the store may have got lost, and not the event.
    const id = randomUUID();
    const until = performance.now() + patienceMs;
    for (let pauseMs = firstPauseMs; ; pauseMs *= 2) {
      try {
        await emit(event, id);
        return;
      } catch (error) {
        const inTime = !hurry.aborted && performance.now() + pauseMs <= until;
        if (!passing.has(codeOf(error)) || !inTime) {
          giveUp(event, error, logger);
          return;
        }
      }
      // Cut short, it is tried once more.
      await sleep(pauseMs, undefined, { signal: hurry }).catch(() => undefined);
    }
  };
}

function giveUp([, { request }]: CallEvent, error: unknown, logger: Logger): void {
  logger.error(
    { err: error, method: request.method, path: pathOf(redactUrl(request.url)) },
    'A call through the gateway was answered, but its event could not be stored',
  );
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error && 'code' in error ? String(error.code) : '';
}

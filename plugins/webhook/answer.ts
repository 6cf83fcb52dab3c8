import { PermanentError, RetryableError, TargetGoneError, type HttpResponse } from 'signalbox/sdk';

const longestWaitMs = 60 * 60 * 1_000;
const worthAnotherTry = new Set([408, 425, 429]);

/** Throws what an answer other than 2xx means for the run. `host` is for the message. */
export function judgeAnswer({ status, headers }: HttpResponse, host: string): void {
  if (status >= 200 && status < 300) return;
  const message = `HTTP ${status} from ${host}`;
  if (status < 400) throw new PermanentError(`${message}${redirection(headers['location'])}`);
  if (status === 410) throw new TargetGoneError(`${message}: it is gone for good`);
  if (status >= 500 || worthAnotherTry.has(status)) {
    throw new RetryableError(message, { retryAfterMs: retryAfterMs(headers['retry-after'], Date.now()) });
  }
  throw new PermanentError(message);
}

/** `Retry-After`: seconds or an HTTP date. At most one hour; undefined when it says nothing. */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const waitMs = /^\d+$/.test(value)
    ? Number(value) * 1_000
    : /GMT$/.test(value)
      ? Date.parse(value) - now
      : NaN;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), longestWaitMs);
}

function redirection(location: string | undefined): string {
  if (location === undefined) return ': redirects are not followed';
  // Never cut: half a secret in it would not be recognised as one.
  const where = location.length > 200 ? 'where its location header says' : `to ${location}`;
  return `: redirects are not followed; it points ${where}`;
}

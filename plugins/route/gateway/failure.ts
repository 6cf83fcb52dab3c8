import { httpProblem } from 'signalbox/sdk';
import type { Target } from './target.ts';

/** Codes of Node.js for a host that is not known, not there, or does not listen. */
const unreachable: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** Why there is no answer. */
export interface Failure {
  /** For the caller: 502, 503 or 504. */
  readonly status: number;
  /** For the caller, who need not know where the upstream is. */
  readonly detail: string;
  /** For the event. */
  readonly error: string;
}

/** Signalbox stops, and the answer was not complete in time. */
export class StoppedError extends Error {
  override name = 'StoppedError';

  constructor() {
    super('Signalbox was stopped before the end of the answer');
  }
}

/** The upstream was not even sent the call in time: no connection was free or could be made. */
export class QueuedTooLongError extends Error {
  override name = 'QueuedTooLongError';
}

export function failureOf(thrown: unknown, { origin, upstream: { timeout } }: Target): Failure {
  if (thrown instanceof StoppedError) {
    return { status: 503, detail: 'Signalbox is stopping', error: thrown.message };
  }
  const { host } = new URL(origin);
  const code = codeOf(thrown);
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    const error = `${host} has sent nothing for ${String(timeout)} s`;
    return { status: 504, detail: 'the upstream takes too long', error };
  }
  if (thrown instanceof QueuedTooLongError) {
    const error = `no connection to ${host} within ${String(timeout)} s`;
    return { status: 504, detail: 'the upstream takes too long', error };
  }
  const error = httpProblem(thrown, host);
  if (nameOf(thrown) === 'ConnectTimeoutError' || code === 'ETIMEDOUT') {
    return { status: 504, detail: 'the upstream takes too long', error };
  }
  const detail =
    typeof code === 'string' && unreachable.has(code)
      ? 'the upstream cannot be reached'
      : 'the upstream does not answer as it should';
  return { status: 502, detail, error };
}

function codeOf(thrown: unknown): unknown {
  return typeof thrown === 'object' && thrown && 'code' in thrown ? thrown.code : undefined;
}

function nameOf(thrown: unknown): unknown {
  return typeof thrown === 'object' && thrown && 'name' in thrown ? thrown.name : undefined;
}

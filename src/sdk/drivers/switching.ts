import { setTimeout as sleep } from 'node:timers/promises';
import { NoAnswerError, PermanentError, RetryableError, UnknownOutcomeError } from '../errors.ts';
import type { JsonValue } from '../json.ts';
import { withTimeLimit } from '../time-limit.ts';
import type { DriverTarget } from './driver-target.ts';

/** A driver, whatever it drives. */
export interface SwitchDriver<Action extends string = string> {
  act(action: Action, target: DriverTarget, signal: AbortSignal): Promise<JsonValue | void>;
  state(target: DriverTarget, signal: AbortSignal): Promise<string>;
}

/** One object that is to be brought into a state. */
export interface Switching<Action extends string = string> {
  readonly driver: SwitchDriver<Action>;
  readonly target: DriverTarget;
  readonly action: Action;
  /** The state that the action leads to. */
  readonly wanted: string;
  /** It is done to what is in that state already, and only to that: a reset. */
  readonly repeats: boolean;
  /** For all of it, from the first look at the state to the last, ms. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What came of it. */
export interface Switched {
  readonly before: string;
  readonly after: string;
  /** False: it was in the wanted state already, and nothing was done. */
  readonly acted: boolean;
  /** What the driver says of it. */
  readonly answer?: JsonValue;
}

/** Between two looks at the state, ms: soon at first, for most are quick. */
const firstPause = 100;
const longestPause = 2_000;

/**
 * Reads the state, acts unless it is the wanted one already, and reads it again until it is.
 *
 * Throws `RetryableError` where nothing has been done, `PermanentError` where doing it again would end in the same way,
 * and `UnknownOutcomeError` where nobody knows what has been done.
 */
export async function bringInto(switching: Switching): Promise<Switched> {
  const time = new AbortController();
  const timer = setTimeout(() => {
    time.abort(new Error(`the ${String(switching.timeoutMs / 1_000)} s for it are over`));
  }, switching.timeoutMs);
  const signal = AbortSignal.any([switching.signal, time.signal]);
  try {
    return await attempt({ ...switching, signal });
  } finally {
    clearTimeout(timer);
    time.abort();
  }
}

async function attempt(switching: Switching): Promise<Switched> {
  const { action, wanted, repeats, target } = switching;
  const before = await readBefore(switching);
  if (repeats && before !== wanted && before !== 'unknown')
    throw new PermanentError(`${nameOf(target)} is ${before}: there is nothing to ${action}`);
  if (!repeats && before === wanted) return { before, after: before, acted: false };
  const answer = await act(switching);
  const after = await settle(switching, answer.failure);
  return { before, after, acted: true, ...(answer.value !== undefined && { answer: answer.value }) };
}

async function readBefore(switching: Switching): Promise<string> {
  try {
    return await read(switching);
  } catch (cause) {
    if (cause instanceof PermanentError || cause instanceof RetryableError) throw cause;
    // Nothing has been done yet, whatever went wrong.
    throw new RetryableError(`the state of ${nameOf(switching.target)} cannot be read: ${textOf(cause)}`, {
      cause,
    });
  }
}

/** What the driver says, or why nobody knows whether it was done. */
interface Answer {
  readonly value?: JsonValue;
  readonly failure?: unknown;
}

async function act({ driver, action, target, signal }: Switching): Promise<Answer> {
  try {
    const value = await untilAborted(driver.act(action, target, signal), signal);
    return value === undefined ? {} : { value };
  } catch (failure) {
    if (failure instanceof PermanentError) throw failure;
    if (failure instanceof RetryableError && !(failure instanceof NoAnswerError)) throw failure;
    return { failure };
  }
}

/** Looks at the state until it is the wanted one, or the time is up. */
async function settle(switching: Switching, failure: unknown): Promise<string> {
  const { action, wanted, repeats, target, signal } = switching;
  // It was on before: that it is on now says nothing.
  if (failure !== undefined && repeats) throw unknown(switching, failure);
  let last: { readonly state?: string; readonly error?: unknown };
  for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
    last = await read(switching).then(
      (state) => ({ state }),
      (error: unknown) => ({ error }),
    );
    if (last.state === wanted) return wanted;
    if (last.state === 'unknown') break;
    // A driver that has failed is not waited for: what it has begun shows at once, or not at all.
    if (failure !== undefined && last.state !== undefined) break;
    if (!(await paused(pause, signal))) break;
  }
  if (failure !== undefined) throw unknown(switching, failure);
  if (last.state === 'unknown') return last.state;
  if (last.state === undefined) throw unknown(switching, last.error);
  throw new PermanentError(
    `${nameOf(target)} is still ${last.state} ${String(switching.timeoutMs / 1_000)} s after ${action} was accepted`,
  );
}

async function read({ driver, target, signal }: Switching): Promise<string> {
  return untilAborted(driver.state(target, signal), signal);
}

/** A driver need not heed its signal. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return withTimeLimit(work, { ms: 2 ** 31 - 1, message: '', signal });
}

async function paused(ms: number, signal: AbortSignal): Promise<boolean> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}

function unknown({ action, target }: Switching, cause: unknown): UnknownOutcomeError {
  return new UnknownOutcomeError(
    `nobody knows whether ${action} was done to ${nameOf(target)}: ${textOf(cause)}`,
    { cause },
  );
}

function nameOf({ type, key }: DriverTarget): string {
  return `${type}/${key}`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

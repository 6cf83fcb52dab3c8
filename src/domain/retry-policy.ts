import type { ActionPolicy } from '../sdk/index.ts';

/** What holds where neither the action nor its target says otherwise. Durations are milliseconds. */
export const defaultPolicy: ActionPolicy = {
  timeoutMs: 60_000,
  retries: 3,
  backoffMs: 5_000,
  backoffFactor: 4,
  maxBackoffMs: 12 * 3_600_000,
  concurrency: 8,
};

const longestRetryAfterMs = 3_600_000;

export interface NextDelayOptions {
  /** What the target asked for (`Retry-After`): a lower limit, honoured up to one hour. */
  readonly retryAfterMs?: number;
  /** From 0 up to, not including, 1. Default `Math.random`. */
  readonly random?: () => number;
}

/**
 * How long to wait, in ms, after the attempt with this number (from 1) failed; undefined if none is left.
 * Exponential with full jitter: targets that failed together are not tried again together.
 */
export function nextDelay(
  policy: ActionPolicy,
  attempt: number,
  { retryAfterMs = 0, random = Math.random }: NextDelayOptions = {},
): number | undefined {
  if (attempt > policy.retries) return undefined;
  // Kept finite: 0 × Infinity would be no number at all.
  const growth = Math.min(policy.backoffFactor ** (attempt - 1), Number.MAX_VALUE);
  const ceiling = Math.min(policy.backoffMs * growth, policy.maxBackoffMs);
  const floor = Math.min(retryAfterMs, longestRetryAfterMs);
  return Math.round(Math.max(random() * ceiling, floor));
}

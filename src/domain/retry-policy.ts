import type { ActionPolicy } from '../sdk/index.ts';

/** What holds where neither the action nor its target says otherwise. Durations are milliseconds. */
export const defaultPolicy: ActionPolicy = {
  timeoutMs: 60_000,
  retries: 3,
  backoffMs: 5_000,
  backoffFactor: 4,
  maxBackoffMs: 12 * 3_600_000,
  concurrency: 8,
  minGapMs: 0,
  holdAfter: 0,
  probeEveryMs: 30_000,
  disableAfterMs: 5 * 86_400_000,
};

const longestRetryAfterMs = 3_600_000;
/** Timers of Node.js take no longer one; they would fire at once. */
const longestTimerMs = 2 ** 31 - 1;
const yearMs = 365 * 86_400_000;

const ranges: Readonly<Record<keyof ActionPolicy, readonly [least: number, most: number]>> = {
  timeoutMs: [1, longestTimerMs],
  retries: [0, Number.MAX_SAFE_INTEGER],
  backoffMs: [0, yearMs],
  backoffFactor: [0, Number.MAX_VALUE],
  maxBackoffMs: [0, yearMs],
  concurrency: [1, Number.MAX_SAFE_INTEGER],
  minGapMs: [0, yearMs],
  holdAfter: [0, Number.MAX_SAFE_INTEGER],
  probeEveryMs: [1, yearMs],
  disableAfterMs: [0, yearMs],
};
const whole: ReadonlySet<string> = new Set([
  'retries',
  'concurrency',
  'holdAfter',
] satisfies (keyof ActionPolicy)[]);

/**
 * A policy that can be relied on, whatever a plugin chose: what is no number, or a negative one, counts as not
 * chosen; what is out of range (Infinity, too) becomes the nearest that there is.
 */
export function actionPolicy(chosen: Partial<ActionPolicy> = {}): ActionPolicy {
  const policy: Record<keyof ActionPolicy, number> = { ...defaultPolicy };
  for (const name of Object.keys(defaultPolicy) as (keyof ActionPolicy)[]) {
    const value: unknown = chosen[name];
    if (typeof value !== 'number' || !(value >= 0)) continue;
    const [least, most] = ranges[name];
    policy[name] = Math.min(Math.max(whole.has(name) ? Math.floor(value) : value, least), most);
  }
  return policy;
}

export interface NextDelayOptions {
  /** What the target asked for (`Retry-After`): a lower limit, honoured up to one hour; what is no number is not. */
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
  return Math.round(Math.max(random() * ceiling, honoured(retryAfterMs)));
}

/** How much of what a target asked for (`Retry-After`) is honoured, ms. */
export function honoured(retryAfterMs = 0): number {
  // It comes from a plugin, which may have made it of a header that says something else.
  return Number.isFinite(retryAfterMs) ? Math.min(Math.max(retryAfterMs, 0), longestRetryAfterMs) : 0;
}

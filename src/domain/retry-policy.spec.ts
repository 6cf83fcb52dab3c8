import { expect, it } from '@jest/globals';
import { actionPolicy, defaultPolicy, nextDelay } from './retry-policy.ts';

const least = { random: () => 0 };
const most = { random: () => 1 };

it('multiplies the ceiling of the delay by the factor from one attempt to the next', () => {
  const policy = { ...defaultPolicy, retries: 5 };
  const ceilings = [1, 2, 3, 4, 5].map((attempt) => nextDelay(policy, attempt, most));
  expect(ceilings).toEqual([5_000, 20_000, 80_000, 320_000, 1_280_000]);
});

it('draws the delay from the whole range below the ceiling', () => {
  expect(nextDelay(defaultPolicy, 2, least)).toBe(0);
  expect(nextDelay(defaultPolicy, 2, { random: () => 0.25 })).toBe(5_000);
  const drawn = Array.from({ length: 200 }, () => nextDelay(defaultPolicy, 1, {}) ?? -1);
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...drawn)).toBeLessThanOrEqual(5_000);
  expect(new Set(drawn).size).toBeGreaterThan(1);
});

it('never waits longer than the policy allows, however many attempts there were', () => {
  const policy = { ...defaultPolicy, retries: 2_000 };
  expect(nextDelay(policy, 10, most)).toBe(12 * 3_600_000);
  expect(nextDelay(policy, 1_500, most)).toBe(12 * 3_600_000);
});

it('ends after the retries of the policy', () => {
  expect(nextDelay(defaultPolicy, 3, most)).toBe(80_000);
  expect(nextDelay(defaultPolicy, 4, most)).toBeUndefined();
  expect(nextDelay({ ...defaultPolicy, retries: 0 }, 1, most)).toBeUndefined();
});

it('tries again at once when the policy has no backoff', () => {
  expect(nextDelay({ ...defaultPolicy, backoffMs: 0, retries: 2_000 }, 1_500, most)).toBe(0);
});

it('waits at least as long as the target asked for', () => {
  expect(nextDelay(defaultPolicy, 1, { ...least, retryAfterMs: 30_000 })).toBe(30_000);
  expect(nextDelay(defaultPolicy, 3, { ...most, retryAfterMs: 30_000 })).toBe(80_000);
});

it('honours what the target asked for up to one hour', () => {
  expect(nextDelay(defaultPolicy, 1, { ...least, retryAfterMs: 86_400_000 })).toBe(3_600_000);
});

it('grants no further attempt because the target asked to come back', () => {
  expect(nextDelay(defaultPolicy, 4, { retryAfterMs: 1_000 })).toBeUndefined();
});

it.each([Number.NaN, -5, Number.POSITIVE_INFINITY])(
  'takes a wait of %p for none, so that the next attempt has a time',
  (retryAfterMs) => {
    expect(nextDelay(defaultPolicy, 1, { ...least, retryAfterMs })).toBe(0);
    expect(nextDelay(defaultPolicy, 1, { ...most, retryAfterMs })).toBe(5_000);
  },
);

it('has the defaults for what a plugin did not choose', () => {
  expect(actionPolicy()).toEqual(defaultPolicy);
  expect(actionPolicy({ retries: 0, concurrency: 1 })).toEqual({
    ...defaultPolicy,
    retries: 0,
    concurrency: 1,
  });
});

it.each([Number.NaN, -1, '5', null, undefined, 10n])('takes %p in a policy for not chosen', (value) => {
  const names = Object.keys(defaultPolicy);
  const chosen = Object.fromEntries(names.map((name) => [name, value]));
  expect(actionPolicy(chosen)).toEqual(defaultPolicy);
});

it('brings the numbers of a policy into their ranges', () => {
  const endless = Object.fromEntries(
    Object.keys(defaultPolicy).map((name) => [name, Number.POSITIVE_INFINITY]),
  );
  const policy = actionPolicy(endless);
  expect(policy.timeoutMs).toBe(2 ** 31 - 1);
  expect(Object.values(policy).every(Number.isFinite)).toBe(true);
  const nextAt = Date.now() + (nextDelay(policy, 1_000_000, most) ?? Number.NaN);
  expect(new Date(nextAt).getTime()).toBe(nextAt);
  expect(actionPolicy({ timeoutMs: 0, concurrency: 0.5, retries: 2.9 })).toMatchObject({
    timeoutMs: 1,
    concurrency: 1,
    retries: 2,
  });
});

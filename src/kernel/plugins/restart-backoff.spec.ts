import { expect, it } from '@jest/globals';
import { RestartBackoff, restartPolicy } from './restart-backoff.ts';

function delays(count: number, draw: number): number[] {
  const backoff = new RestartBackoff(restartPolicy, () => draw);
  return Array.from({ length: count }, () => backoff.next(0));
}

it('waits 1 to 2 s after the first failure and doubles with each further one', () => {
  expect(delays(5, 0)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
  expect(delays(5, 1)).toEqual([2_000, 4_000, 8_000, 16_000, 32_000]);
});

it('never waits longer than 5 minutes, however often a plugin has failed', () => {
  expect(Math.max(...delays(2_000, 1))).toBe(300_000);
  expect(delays(2_000, 0).at(-1)).toBe(150_000);
});

it('begins anew after the plugin has been up for a minute', () => {
  const backoff = new RestartBackoff(restartPolicy, () => 0);
  expect([0, 0, 0].map((upMs) => backoff.next(upMs))).toEqual([1_000, 2_000, 4_000]);
  expect(backoff.next(59_000)).toBe(8_000);
  expect(backoff.next(60_000)).toBe(1_000);
});

import { describe, expect, it } from '@jest/globals';
import { retryAfterMs } from './answer.ts';

describe('Retry-After', () => {
  const now = Date.parse('2025-10-16T11:38:07Z');

  it.each([
    [undefined, undefined],
    ['0', 0],
    ['120', 120_000],
    ['3600', 3_600_000],
    ['3601', 3_600_000],
    ['99999999999999999999', 3_600_000],
    ['Thu, 16 Oct 2025 11:38:37 GMT', 30_000],
    ['Thu, 16 Oct 2025 11:00:00 GMT', 0],
    ['Fri, 17 Oct 2025 11:38:07 GMT', 3_600_000],
    ['-5', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['soon GMT', undefined],
    ['', undefined],
  ])('of %j means %j ms', (value, expected) => {
    expect(retryAfterMs(value, now)).toBe(expected);
  });
});

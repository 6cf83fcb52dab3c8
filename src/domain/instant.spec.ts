import { describe, expect, it } from '@jest/globals';
import { instantOf } from './instant.ts';

describe('instantOf', () => {
  it.each([
    ['2026-03-01T12:00:00Z', Date.UTC(2026, 2, 1, 12)],
    ['2026-03-01t12:00:00.25z', Date.UTC(2026, 2, 1, 12, 0, 0, 250)],
    ['2026-03-01 12:00:00+01:30', Date.UTC(2026, 2, 1, 10, 30)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2026-12-31T23:59:59-02:00', Date.UTC(2027, 0, 1, 1, 59, 59)],
  ])('reads %s', (text, expected) => {
    expect(instantOf(text)).toBe(expected);
  });

  it.each([
    '',
    'yesterday',
    '2026-03-01',
    '2026-03-01T12:00:00',
    '2026-03-01T12:00Z',
    '2026-13-01T12:00:00Z',
    '2026-00-01T12:00:00Z',
    '2026-02-29T12:00:00Z',
    '2026-04-31T12:00:00Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T12:60:00Z',
    '2026-03-01T12:00:00+25:00',
    ' 2026-03-01T12:00:00Z',
  ])('does not take %j for a time', (text) => {
    expect(instantOf(text)).toBeNaN();
  });
});

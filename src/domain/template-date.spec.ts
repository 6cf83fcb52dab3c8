import { expect, it } from '@jest/globals';
import { formatDate } from './template-date.ts';

it.each([
  ['2025-10-16T15:38:07Z', 'America/New_York', 'Thu, 16 Oct 2025 11:38:07 EDT'],
  ['2025-12-01T05:00:00Z', 'America/New_York', 'Mon, 01 Dec 2025 00:00:00 EST'],
  ['2025-10-16T15:38:07Z', 'Europe/Berlin', 'Thu, 16 Oct 2025 17:38:07 CEST'],
  ['2025-10-16T15:38:07Z', 'Asia/Kolkata', 'Thu, 16 Oct 2025 21:08:07 IST'],
  ['2025-10-16T15:38:07Z', 'America/Sao_Paulo', 'Thu, 16 Oct 2025 12:38:07 GMT-3'],
  ['2025-10-16T15:38:07Z', 'UTC', 'Thu, 16 Oct 2025 15:38:07 UTC'],
])('writes %s in %s as %s', (moment, zone, expected) => {
  expect(formatDate(new Date(moment), zone)).toBe(expected);
});

it('follows the clock from one second to the next', () => {
  const at = (ms: number) => formatDate(new Date(1_760_629_087_000 + ms), 'UTC');
  expect([at(0), at(999), at(1000), at(0)].map((text) => text.slice(17, 25))).toEqual([
    '15:38:07',
    '15:38:07',
    '15:38:08',
    '15:38:07',
  ]);
});

it("uses the server's time zone if none is given", () => {
  const now = new Date();
  expect(formatDate(now)).toBe(formatDate(now, Intl.DateTimeFormat().resolvedOptions().timeZone));
});

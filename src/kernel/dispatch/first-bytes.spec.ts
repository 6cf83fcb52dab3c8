import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import { firstBytes } from './first-bytes.ts';

it.each<[string, number, string]>([
  ['short', 100, 'short'],
  ['exactly', 7, 'exactly'],
  ['too long', 3, 'too'],
  ['äöü', 6, 'äöü'],
  ['äöü', 5, 'äö'],
  ['a€b', 3, 'a'],
  ['a🚂b', 5, 'a🚂'],
  ['a🚂b', 4, 'a'],
  ['abc🚂', 4, 'abc'],
  ['any', 0, ''],
])('of %j keeps %i bytes: %j', (text, limit, kept) => {
  expect(firstBytes(text, limit)).toBe(kept);
});

/** Bytes in use when all garbage is gone. */
function inUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

it('does not keep the text alive of which it is the beginning', () => {
  const before = inUse();
  const kept = Array.from({ length: 100 }, (_, i) => firstBytes(String(i).repeat(500_000), 4_096));
  // The texts take nearly 100 MB, what is kept of them half a MB.
  expect(inUse() - before).toBeLessThan(30_000_000);
  expect(kept).toHaveLength(100);
});

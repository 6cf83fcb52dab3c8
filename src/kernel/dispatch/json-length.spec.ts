import { expect, it } from '@jest/globals';
import type { JsonValue } from '../../sdk/index.ts';
import { isLongerThan } from './json-length.ts';

it.each<[JsonValue]>([
  [null],
  ['text'],
  ['\u0000'.repeat(50)],
  [Array.from({ length: 30 }, () => -1.2345678901234567e-100)],
  [Array.from({ length: 30 }, () => ({}))],
  [{ a: [1, { b: 'c' }], 'key "q"': false }],
])('knows to a character how long JSON is (%#)', (value) => {
  const { length } = JSON.stringify(value);
  expect(isLongerThan(value, length)).toBe(false);
  expect(isLongerThan(value, length - 1)).toBe(true);
});

it('does not go through a huge value to its end', () => {
  let doubled: JsonValue = 'x';
  for (let i = 0; i < 100; i++) doubled = [doubled, doubled];
  expect(isLongerThan(doubled, 10_000)).toBe(true);
});

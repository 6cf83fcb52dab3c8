import { expect, it } from '@jest/globals';
import { formatCause, parseCause } from './cause-header.ts';

it('reads what it has written', () => {
  const cause = { id: '0199ed2b-6f6e-7000-8000-000000000001', depth: 7 };
  expect(formatCause(cause)).toBe('0199ed2b-6f6e-7000-8000-000000000001;depth=7');
  expect(parseCause(formatCause(cause))).toEqual(cause);
});

it.each([
  undefined,
  '',
  'a',
  'a;depth=',
  'a;depth=-1',
  'a b;depth=1',
  ';depth=1',
  ['a;depth=1'],
  'a;depth=99999',
])('makes nothing of %j', (value) => {
  expect(parseCause(value)).toBeUndefined();
});

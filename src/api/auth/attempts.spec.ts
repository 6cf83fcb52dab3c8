import { expect, it } from '@jest/globals';
import { Attempts } from './attempts.ts';

const minute = 60_000;
const alice = { user: 'alice', address: '192.0.2.1' };

const fail = (attempts: Attempts, times: number, attempt = alice, now = 0): void => {
  for (let i = 0; i < times; i++) attempts.begin(attempt, now);
};

it('lets ten attempts on a name fail in a quarter of an hour, from wherever they come', () => {
  const attempts = new Attempts();
  fail(attempts, 9);
  fail(attempts, 1, { ...alice, address: '192.0.2.2' });
  expect(() => attempts.begin({ ...alice, address: '192.0.2.3' }, 5 * minute)).toThrow(
    expect.objectContaining({ code: 'RATE_LIMITED', retryAfter: 600 }),
  );
  attempts.begin({ ...alice, user: 'bob' }, 5 * minute);
  attempts.begin(alice, 15 * minute);
});

it('lets fifty attempts from an address fail, on whatever names', () => {
  const attempts = new Attempts();
  for (let i = 0; i < 50; i++) attempts.begin({ ...alice, user: `user-${i}` }, 0);
  expect(() => attempts.begin({ ...alice, user: 'another' }, 0)).toThrow(
    expect.objectContaining({ code: 'RATE_LIMITED', retryAfter: 900 }),
  );
  attempts.begin({ user: 'another', address: '192.0.2.2' }, 0);
});

it('counts no attempt that succeeds, and forgets the failures of the name before it', () => {
  const attempts = new Attempts();
  for (let i = 0; i < 100; i++) {
    fail(attempts, 1);
    attempts.succeed(alice);
  }
  fail(attempts, 9);
  attempts.begin(alice, 0);
  attempts.succeed(alice);
  fail(attempts, 10);
});

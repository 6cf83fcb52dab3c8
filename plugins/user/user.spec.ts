import { expect, it } from '@jest/globals';
import { user } from './index.ts';

it('has the events of a user', () => {
  expect(Object.keys(user.events ?? {})).toEqual([
    'login',
    'logout',
    'created',
    'deleted',
    'enabled',
    'disabled',
  ]);
});

it('takes events with whatever their source knows, or nothing, and refuses what is no data', () => {
  for (const schema of Object.values(user.events ?? {})) {
    expect(schema.parse({})).toEqual({});
    expect(schema.parse({ node: 'n1', n: 4 })).toEqual({ node: 'n1', n: 4 });
    expect(schema.safeParse('on').success).toBe(false);
    expect(schema.safeParse({ name: 1 }).success).toBe(false);
  }
});

it('keeps settings that only its owner knows', () => {
  expect(user.settings?.parse({ email: 'j@example.com', department: 7 })).toEqual({
    email: 'j@example.com',
    department: 7,
  });
});

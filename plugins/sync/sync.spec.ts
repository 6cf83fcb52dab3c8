import { expect, it } from '@jest/globals';
import { sync } from './index.ts';

it('has the events of a sync', () => {
  expect(Object.keys(sync.events ?? {})).toEqual(['started', 'completed', 'error']);
});

it('takes events with whatever their source knows, or nothing, and refuses what is no data', () => {
  for (const schema of Object.values(sync.events ?? {})) {
    expect(schema.parse({})).toEqual({});
    expect(schema.parse({ node: 'n1', n: 4 })).toEqual({ node: 'n1', n: 4 });
    expect(schema.safeParse('on').success).toBe(false);
    expect(schema.safeParse({ name: 1 }).success).toBe(false);
  }
});

it('keeps settings that only its owner knows', () => {
  expect(sync.settings?.parse({ site: 'b' })).toEqual({ site: 'b', direction: 'outgoing' });
  expect(sync.settings?.safeParse({ direction: 'up' }).success).toBe(false);
});

import { expect, it } from '@jest/globals';
import { tenant } from './index.ts';

it('has the events of a tenant', () => {
  expect(Object.keys(tenant.events ?? {})).toEqual(['power_on', 'power_off', 'created', 'deleted']);
});

it('takes events with whatever their source knows, or nothing, and refuses what is no data', () => {
  for (const schema of Object.values(tenant.events ?? {})) {
    expect(schema.parse({})).toEqual({});
    expect(schema.parse({ node: 'n1', n: 4 })).toEqual({ node: 'n1', n: 4 });
    expect(schema.safeParse('on').success).toBe(false);
    expect(schema.safeParse({ name: 1 }).success).toBe(false);
  }
});

it('keeps settings that only its owner knows', () => {
  expect(tenant.settings?.parse({ account: '4711', region: 'eu' })).toEqual({
    account: '4711',
    region: 'eu',
  });
});

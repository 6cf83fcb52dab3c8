import { expect, it } from '@jest/globals';
import { alarm, levels } from './index.ts';

it('takes alarms of each level, with whatever else their source knows', () => {
  for (const schema of Object.values(alarm.events ?? {})) {
    for (const level of levels) expect(schema.parse({ level, node: 7 })).toEqual({ level, node: 7 });
  }
});

it.each([{}, { level: 'loud' }, { level: 'error', message: 5 }])('refuses %j', (data) => {
  expect(alarm.events?.raised.safeParse(data).success).toBe(false);
});

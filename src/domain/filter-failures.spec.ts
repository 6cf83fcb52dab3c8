import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../sdk/index.ts';
import { failedConditions } from './filter-failures.ts';
import { compileFilter } from './filter.ts';

const disks = [
  { name: 'sda', used: 10 },
  { name: 'sdb', used: 95 },
];
const event = { type: 'vm.error', data: { level: 'error', used: 80, disks }, object: null };

describe('failedConditions', () => {
  it.each<[filter: JsonObject, failed: readonly object[]]>([
    [{ 'data.level': 'error' }, []],
    [
      { 'data.level': 'critical', 'data.used': 80 },
      [{ at: 'filter.data.level', condition: 'critical', value: 'error' }],
    ],
    [{ 'data.ticket': 'x' }, [{ at: 'filter.data.ticket', condition: 'x' }]],
    [{ 'data.used': { $gte: 50, $lt: 80 } }, [{ at: 'filter.data.used.$lt', condition: 80, value: 80 }]],
    [
      { 'data.level': { $regex: '^CRIT', $options: 'i' } },
      [{ at: 'filter.data.level.$regex', condition: '^CRIT', value: 'error' }],
    ],
    [{ 'data.level': { $regex: '^ERR', $options: 'i' } }, []],
    [
      { 'data.disks.name': 'sdc' },
      [{ at: 'filter.data.disks.name', condition: 'sdc', value: ['sda', 'sdb'] }],
    ],
    [
      { 'data.disks.1.name': { $ne: 'sdb' } },
      [{ at: 'filter.data.disks.1.name.$ne', condition: 'sdb', value: 'sdb' }],
    ],
    [{ 'object.tags': 'a/b' }, [{ at: 'filter.object.tags', condition: 'a/b' }]],
    [
      { 'data.disks': { $elemMatch: { name: 'sda', used: { $gt: 90 } } } },
      [
        {
          at: 'filter.data.disks.$elemMatch',
          condition: { name: 'sda', used: { $gt: 90 } },
          value: disks,
        },
      ],
    ],
    [
      { $or: [{ 'data.level': 'critical' }, { 'data.used': { $gt: 80 }, 'data.level': 'error' }] },
      [
        { at: 'filter.$or[0].data.level', condition: 'critical', value: 'error' },
        { at: 'filter.$or[1].data.used.$gt', condition: 80, value: 80 },
      ],
    ],
    [
      { $and: [{ 'data.level': 'error' }, { $nor: [{ 'data.a': 1 }, { 'data.used': 80 }] }] },
      [{ at: 'filter.$and[1].$nor[1]', condition: { 'data.used': 80 } }],
    ],
    [
      { 'data.level': { $not: { $in: ['error'] } } },
      [{ at: 'filter.data.level.$not', condition: { $in: ['error'] }, value: 'error' }],
    ],
  ])('of %j are told with their place and what the event has there', (filter, failed) => {
    expect(failedConditions(filter, event)).toEqual(failed);
    expect(compileFilter(filter)(event)).toBe(failed.length === 0);
  });
});

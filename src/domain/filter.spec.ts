import { describe, expect, it } from '@jest/globals';
import type { JsonObject, JsonValue } from '../sdk/index.ts';
import { SignalboxError } from './errors.ts';
import { compileFilter } from './filter.ts';

const document: JsonObject = {
  type: 'alarm.raised',
  source: '/lab',
  time: '2025-10-16T15:38:07.000Z',
  data: {
    level: 'critical',
    count: 12,
    acknowledged: false,
    note: null,
    size: { w: 1, h: 2 },
    disks: [
      { name: 'sda', used: 95 },
      { name: 'sdb', used: 10 },
    ],
    codes: [3, 7, 11],
  },
  object: {
    type: 'vm',
    key: 'gpu-01',
    name: 'GPU 01',
    tags: ['vms/jthompson-gpu', 'site/north'],
    settings: { host: 'node-1' },
  },
};

const matches = (filter: JsonObject) => compileFilter(filter)(document);

describe('a filter matches', () => {
  it.each<[JsonObject]>([
    [{}],
    [{ type: 'alarm.raised' }],
    [{ 'data.level': 'critical', 'data.count': 12 }],
    [{ 'data.note': null }],
    [{ 'data.missing': null }],
    [{ 'data.codes': [3, 7, 11] }],
    [{ 'data.codes': 7 }],
    [{ 'data.size': { $eq: { w: 1, h: 2 } } }],
    [{ 'data.level': { $ne: 'warning' } }],
    [{ 'data.count': { $gt: 11, $lte: 12 } }],
    [{ 'data.count': { $gte: 12, $lt: 13 } }],
    [{ time: { $gt: '2025-10-16', $lt: '2025-10-17' } }],
    [{ 'data.level': { $in: ['critical', 'error'] } }],
    [{ 'data.level': { $nin: ['message'] } }],
    [{ 'data.level': { $exists: true }, 'data.missing': { $exists: false } }],
    [{ 'object.tags': 'vms/jthompson-gpu' }],
    [{ 'object.tags': { $all: ['site/north', 'vms/jthompson-gpu'] } }],
    [{ 'object.tags': { $size: 2 } }],
    [{ 'object.settings.host': 'node-1' }],
    [{ 'data.disks.0.name': 'sda' }],
    [{ 'data.disks.name': 'sdb' }],
    [{ 'data.disks': { $elemMatch: { name: 'sda', used: { $gt: 90 } } } }],
    [{ 'data.disks': { $elemMatch: { $or: [{ name: 'sdc' }, { used: 10 }] } } }],
    [{ 'data.codes': { $elemMatch: { $gt: 5, $lt: 10 } } }],
    [{ 'data.count': { $mod: [5, 2] } }],
    [
      {
        'data.count': { $type: 'number' },
        'data.disks': { $type: 'array' },
        'data.size': { $type: 'object' },
      },
    ],
    [{ 'data.count': { $not: { $gt: 20 } } }],
    [{ $or: [{ 'data.level': 'error' }, { 'data.count': { $gt: 10 } }] }],
    [{ $and: [{ 'data.level': 'critical' }, { $nor: [{ source: '/elsewhere' }, { 'data.count': 1 }] }] }],
    [{ 'object.name': { $regex: '^gpu \\d+$', $options: 'i' } }],
    [{ 'object.tags': { $regex: '^vms/' } }],
    [{ 'object.name': { $not: { $regex: '^CPU' } } }],
  ])('%j', (filter) => {
    expect(matches(filter)).toBe(true);
  });
});

describe('a filter does not match', () => {
  it.each<[JsonObject]>([
    [{ type: 'alarm.lowered' }],
    [{ 'data.level': 'critical', 'data.count': 13 }],
    [{ 'data.count': '12' }],
    [{ 'data.count': { $gt: '11' } }],
    [{ 'data.level': { $gt: 5 } }],
    [{ 'data.missing': { $gt: 0 } }],
    [{ 'data.level': { $nin: ['critical'] } }],
    [{ 'data.level': { $in: [] } }],
    [{ 'data.level': { $exists: false } }],
    [{ 'object.tags': { $all: ['site/north', 'site/south'] } }],
    [{ 'data.disks': { $elemMatch: { name: 'sdb', used: { $gt: 90 } } } }],
    [{ 'data.size': { $eq: { w: 1 } } }],
    [{ $or: [{ 'data.level': 'error' }, { 'data.count': 1 }] }],
    [{ $nor: [{ 'data.level': 'critical' }] }],
    [{ 'object.name': { $regex: '^gpu' } }],
    [{ 'data.count': { $regex: '12' } }],
    [{ 'data.note': { $type: 'string' } }],
    [{ 'data.count': { $not: { $gt: 10 } } }],
  ])('%j', (filter) => {
    expect(matches(filter)).toBe(false);
  });
});

function mistakeOf(filter: JsonObject): { field: string | undefined; message: string } {
  try {
    compileFilter(filter);
  } catch (error) {
    if (error instanceof SignalboxError && error.code === 'FILTER_INVALID') return error;
    throw error;
  }
  throw new Error('The filter was accepted.');
}

describe('a filter is refused', () => {
  it.each<[JsonObject, string, string]>([
    [{ 'data.level': { $foo: 1 } }, 'filter.data.level.$foo', 'unknown operator $foo'],
    [{ $where: 'true' }, 'filter.$where', 'unknown operator $where'],
    [{ 'data.level': { $where: 'true' } }, 'filter.data.level.$where', 'unknown operator $where'],
    [{ $or: [{ 'data.a': 1 }, { $where: 'true' }] }, 'filter.$or[1].$where', 'unknown operator $where'],
    [{ 'data.a': { $not: { $where: '1' } } }, 'filter.data.a.$not.$where', 'unknown operator $where'],
    [{ 'data.a': { $constructor: 1 } }, 'filter.data.a.$constructor', 'unknown operator'],
    [{ $eq: 1 }, 'filter.$eq', '$eq goes with a field'],
    [{ 'data.a': { $or: [{ b: 1 }] } }, 'filter.data.a.$or', 'stands beside fields'],
    [{ level: 'x' }, 'filter.level', 'write "data.level"'],
    [{ 'object.level': 'x' }, 'filter.object.level', 'an object has type, key, name, tags, settings'],
    [{ data: { level: 'x' } }, 'filter.data', 'write "data.level"'],
    [{ 'data.a': { $gt: 1, b: 2 } }, 'filter.data.a', 'write "data.a.b"'],
    [{ 'data.a': {} }, 'filter.data.a', 'use $eq'],
    [{ 'data.a[0]': 1 }, 'filter.data.a[0]', '"data.items.0"'],
    [{ 'data..a': 1 }, 'filter.data..a', 'empty part'],
    [{ 'data.constructor.name': 'x' }, 'filter.data.constructor.name', '"constructor" cannot be used'],
    [{ 'data.__proto__.x': 1 }, 'filter.data.__proto__.x', '"__proto__" cannot be used'],
    [{ 'data.a': [{ $gt: 1 }] }, 'filter.data.a[0].$gt', 'within a value'],
    [{ 'data.a': { $in: [{ $gt: 1 }] } }, 'filter.data.a.$in[0].$gt', 'within a value'],
    [{ 'data.a': { $in: 'x' } }, 'filter.data.a.$in', 'must be a list'],
    [{ 'data.a': { $all: [] } }, 'filter.data.a.$all', 'at least one value'],
    [{ 'data.a': { $gt: null } }, 'filter.data.a.$gt', 'a number or a text'],
    [{ 'data.a': { $exists: 'yes' } }, 'filter.data.a.$exists', 'true or false'],
    [{ 'data.a': { $size: -1 } }, 'filter.data.a.$size', 'whole number'],
    [{ 'data.a': { $mod: [0, 1] } }, 'filter.data.a.$mod', 'the divisor not 0'],
    [{ 'data.a': { $type: 'date' } }, 'filter.data.a.$type', 'must be one of string, number'],
    [{ 'data.a': { $not: 5 } }, 'filter.data.a.$not', 'must hold operators'],
    [{ 'data.a': { $elemMatch: {} } }, 'filter.data.a.$elemMatch', 'must hold'],
    [{ $or: [] }, 'filter.$or', 'at least one filter'],
    [{ $or: { 'data.a': 1 } }, 'filter.$or', 'at least one filter'],
    [{ $and: [{}] }, 'filter.$and[0]', 'must be a filter'],
    [{ 'data.a': { $regex: '(?=x)' } }, 'filter.data.a.$regex', 'Look-arounds'],
    [{ 'data.a': { $regex: '(a)\\1' } }, 'filter.data.a.$regex', 'back-references'],
    [{ 'data.a': { $regex: '(' } }, 'filter.data.a.$regex', 'missing closing'],
    [{ 'data.a': { $regex: 5 } }, 'filter.data.a.$regex', 'must be a text'],
    [{ 'data.a': { $regex: 'a', $options: 'g' } }, 'filter.data.a.$options', 'unknown option "g"'],
    [{ 'data.a': { $options: 'i' } }, 'filter.data.a.$options', 'goes with $regex'],
  ])('%j', (filter, field, message) => {
    const mistake = mistakeOf(filter);
    expect(mistake.field).toBe(field);
    expect(mistake.message).toContain(message);
    expect(mistake.message.startsWith(`${field}: `)).toBe(true);
  });

  it('with a pattern of more than 1,000 characters', () => {
    const mistake = mistakeOf({ 'data.a': { $regex: 'a'.repeat(1_001) } });
    expect(mistake.field).toBe('filter.data.a.$regex');
    expect(mistake.message).toContain('at most 1000');
  });

  it('with a key __proto__ of its own', () => {
    const filter = JSON.parse('{"data.a": {"$eq": {"__proto__": 1}}}') as JsonObject;
    expect(mistakeOf(filter).field).toBe('filter.data.a.$eq.__proto__');
    expect(mistakeOf(JSON.parse('{"__proto__": {"a": 1}}') as JsonObject).field).toBe('filter.__proto__');
  });
});

it('takes no longer than the text is long for a pattern that would make RegExp backtrack', () => {
  const test = compileFilter({ 'data.text': { $regex: '^(a+)+$' } });
  // RegExp would need 2^50,000 steps.
  expect(test({ data: { text: `${'a'.repeat(50_000)}!` } })).toBe(false);
});

it('keeps nothing from one event to the next', () => {
  const test = compileFilter({ 'data.codes': { $all: [1, 2] } });
  const results = [[1], [2], [1, 2], [] as JsonValue[]].map((codes) => test({ data: { codes } }));
  expect(results).toEqual([false, false, true, false]);
});

it('does not look past what the document itself has', () => {
  expect(compileFilter({ 'data.a.b': { $exists: true } })({ data: 'text' })).toBe(false);
  expect(compileFilter({ 'data.level': { $ne: 'x' } })({ type: 'a' })).toBe(true);
});

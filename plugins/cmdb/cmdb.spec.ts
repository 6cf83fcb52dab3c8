import { describe, expect, it } from '@jest/globals';
import type { JsonObject, z } from 'signalbox/sdk';
import { changesOf, type Change } from './changes.ts';
import { cmdb } from './index.ts';

const events: Readonly<Record<'created' | 'updated' | 'deleted', z.ZodType>> = cmdb.events!;

describe('what changed', () => {
  const object = (json: string): JsonObject => JSON.parse(json) as JsonObject;

  it.each<[string, string, string, readonly Change[]]>([
    ['nothing', '{"a":{"b":[1,{"c":null}]}}', '{"a":{"b":[1,{"c":null}]}}', []],
    ['the order of keys: nothing', '{"a":1,"b":{"c":1,"d":2}}', '{"b":{"d":2,"c":1},"a":1}', []],
    ['a value', '{"ram":16}', '{"ram":32}', [{ path: '/ram', before: 16, after: 32 }]],
    ['the kind of a value', '{"ram":16}', '{"ram":"16"}', [{ path: '/ram', before: 16, after: '16' }]],
    [
      'null',
      '{"a":null,"b":{}}',
      '{"a":{},"b":null}',
      [
        { path: '/a', before: null, after: {} },
        { path: '/b', before: {}, after: null },
      ],
    ],
    [
      'fields that came and went',
      '{"a":1}',
      '{"b":null}',
      [
        { path: '/a', before: 1 },
        { path: '/b', after: null },
      ],
    ],
    [
      'something deep',
      '{"nics":[{"mac":"a"}]}',
      '{"nics":[{"mac":"b"}]}',
      [{ path: '/nics/0/mac', before: 'a', after: 'b' }],
    ],
    ['the length of a list', '{"l":[1,2]}', '{"l":[1]}', [{ path: '/l/1', before: 2 }]],
    ['a list for an object', '{"l":[]}', '{"l":{}}', [{ path: '/l', before: [], after: {} }]],
    [
      'keys with dots, slashes and tildes',
      '{"a.b":{"c/d":{"~":1}}}',
      '{"a.b":{"c/d":{"~":2}}}',
      [{ path: '/a.b/c~1d/~0', before: 1, after: 2 }],
    ],
    [
      'names that all objects have',
      '{"toString":1,"constructor":{"a":1}}',
      '{"valueOf":2}',
      [
        { path: '/toString', before: 1 },
        { path: '/constructor', before: { a: 1 } },
        { path: '/valueOf', after: 2 },
      ],
    ],
    [
      '__proto__',
      '{"a":{"__proto__":{"x":1}}}',
      '{"a":{"__proto__":{"x":2},"y":3}}',
      [
        { path: '/a/__proto__/x', before: 1, after: 2 },
        { path: '/a/y', after: 3 },
      ],
    ],
  ])('is told: %s', (_, before, after, changes) => {
    expect(JSON.parse(JSON.stringify(changesOf(object(before), object(after))))).toEqual(changes);
  });

  it('is told field by field where there is too much of it', () => {
    const ports = (up: boolean) => Array.from({ length: 1_001 }, () => ({ up }));
    const before = { name: 'switch-1', ports: ports(false), old: 1 };
    const after = { name: 'switch-1', ports: ports(true), new: 2 };
    expect(changesOf(before, after)).toEqual([
      { path: '/ports', before: before.ports, after: after.ports },
      { path: '/old', before: 1 },
      { path: '/new', after: 2 },
    ]);
  });
});

describe('an event', () => {
  it('of an object that was created has the new object alone', () => {
    const data = { operation: 'CREATE', object_before: null, object_after: { ram: 16 }, changes: null };
    expect(events.created.parse({ object_after: { ram: 16 } })).toEqual(data);
    expect(events.created.parse({ ...data, operation: 'CREATE' })).toEqual(data);
  });

  it('of an update has both sides, and what changed, worked out if it does not say', () => {
    const sides = { object_before: { ram: 16 }, object_after: { ram: 32 } };
    const changes = [{ path: '/ram', before: 16, after: 32 }];
    expect(events.updated.parse(sides)).toEqual({ operation: 'UPDATE', ...sides, changes });
    expect(events.updated.parse({ ...sides, changes: null })).toMatchObject({ changes });
    const told = { old: [{ name: 'ram', value: 16 }], new: [{ name: 'ram', value: 32 }] };
    expect(events.updated.parse({ ...sides, changes: told })).toMatchObject({ changes: told });
  });

  it('of an object that was deleted has the object as it was', () => {
    expect(events.deleted.parse({ object_before: { ram: 16 } })).toEqual({
      operation: 'DELETE',
      object_before: { ram: 16 },
      object_after: null,
      changes: null,
    });
  });

  it('keeps what else its source knows', () => {
    const more = { user: 'ann', name: 'srv-1', ticket: 7 };
    expect(events.created.parse({ object_after: {}, ...more })).toMatchObject(more);
  });

  it('does not change when it is read again', () => {
    for (const [event, data] of [
      ['created', { object_after: { a: 1 } }],
      ['updated', { object_before: { a: 1 }, object_after: { a: 2 } }],
      ['deleted', { object_before: { a: 1 } }],
    ] as const) {
      const stored = events[event].parse(data);
      expect(events[event].parse(stored)).toEqual(stored);
    }
  });

  it.each<['created' | 'updated' | 'deleted', object, string, string]>([
    ['created', {}, 'object_after', 'expected record'],
    ['created', { object_after: [1] }, 'object_after', 'expected record'],
    ['created', { object_after: {}, object_before: {} }, 'object_before', 'there was no object before it'],
    ['created', { object_after: {}, operation: 'UPDATE' }, 'operation', 'expected "CREATE"'],
    ['updated', { object_after: {} }, 'object_before', 'expected record'],
    ['updated', { object_before: {}, object_after: null }, 'object_after', 'expected record'],
    ['deleted', { object_after: {} }, 'object_before', 'expected record'],
    ['deleted', { object_before: {}, object_after: {} }, 'object_after', 'there is no object after it'],
    ['deleted', { object_before: {}, operation: 'delete' }, 'operation', 'expected "DELETE"'],
  ])('%s is refused with %j', (event, data, field, message) => {
    const issue = events[event].safeParse(data).error?.issues[0];
    expect({ field: issue?.path.join('.'), message: issue?.message }).toEqual({
      field,
      message: expect.stringContaining(message),
    });
  });
});

it('has whatever fields it has', () => {
  const fields = { hostname: 'srv-1', nics: [{ mac: 'a' }], 'rack.unit': null };
  expect(cmdb.settings?.parse(fields)).toEqual(fields);
});

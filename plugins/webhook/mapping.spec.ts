import { describe, expect, it } from '@jest/globals';
import type { JsonValue } from 'signalbox/sdk';
import { mappingProblem, messageOf, type Mapping } from './mapping.ts';

const at = (...locations: string[]): Mapping =>
  Object.fromEntries(locations.map((location) => [location, 1]));

describe('a mapping', () => {
  it.each<[string, Mapping, JsonValue]>([
    ['fields', { summary: 'Mail is down', level: 2 }, { summary: 'Mail is down', level: 2 }],
    [
      'nested fields',
      { 'fields/summary': 's', 'fields/priority/name': 'P1', id: null },
      { fields: { summary: 's', priority: { name: 'P1' } }, id: null },
    ],
    ['lists', { 'items/0/name': 'a', 'items/1/name': 'b' }, { items: [{ name: 'a' }, { name: 'b' }] }],
    ['places in any order, with gaps', { 'items/2': 'c', 'items/0': 'a' }, { items: ['a', null, 'c'] }],
    ['a list as the whole', { '1/a': 1, '0': 'first' }, ['first', { a: 1 }]],
    ['lists in lists', { 'm/0/1': 2, 'm/1/0': 3 }, { m: [[null, 2], [3]] }],
    ['values of every kind', { a: { 'b/c': [1] }, d: [], e: false }, { a: { 'b/c': [1] }, d: [], e: false }],
    ['names like those of all objects', { toString: 1, 'a/valueOf': 2 }, { toString: 1, a: { valueOf: 2 } }],
    ['names that only look like places', { 'a/01': 1, 'a/-1': 2 }, { a: { '01': 1, '-1': 2 } }],
  ])('builds %s', (_, mapping, message) => {
    expect(mappingProblem(mapping)).toBeUndefined();
    expect(messageOf(mapping)).toEqual(message);
  });

  it.each<[string, Mapping, string]>([
    ['no location', {}, 'must not be empty'],
    ['an empty name', at('fields//summary'), 'location "fields//summary" must be names separated by single'],
    ['nothing as a location', at(''), 'location "" must be names separated by single slashes'],
    [
      'a slash at the end',
      at('a', 'fields/'),
      'location "fields/" must be names separated by single slashes',
    ],
    [
      'too many levels',
      at(Array.from({ length: 17 }, () => 'a').join('/')),
      'must not be more than 16 levels deep',
    ],
    ['a forbidden name', at('a/__proto__/b'), 'location "a/__proto__/b" must not contain the name __proto__'],
    ['a place too far', at('items/100'), 'location "items/100" must not go beyond place 99 of a list'],
    [
      'a field within a value',
      at('a', 'a/b'),
      'location "a/b" lies within "a", which has a value of its own',
    ],
    ['a value around a field', at('a/b/c', 'a'), 'location "a/b/c" lies within "a", which has a value'],
    ['a place beside a name', at('a/0', 'a/b'), 'locations "a/0" and "a/b" want a list and an object'],
    ['a place beside a name, in the whole', at('summary', '0'), 'locations "0" and "summary" want a list'],
    ['a name beside a place, deeper', at('a/b/c', 'a/b/1/x'), 'locations "a/b/c" and "a/b/1/x" want a list'],
    ['more than 256', at(...Array.from({ length: 257 }, (_, n) => `f${n}`)), 'must be at most 256 locations'],
  ])('with %s cannot be built', (_, mapping, problem) => {
    expect(mappingProblem(mapping)).toContain(problem);
  });
});

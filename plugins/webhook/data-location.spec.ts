import { describe, expect, it } from '@jest/globals';
import { locationProblem, wrappingOf } from './data-location.ts';

function place(location: string, payload: unknown): unknown {
  const { before, after } = wrappingOf(location);
  return JSON.parse(before + JSON.stringify(payload) + after);
}

describe('a data location', () => {
  it.each([
    ['result', { result: { a: 1 } }],
    ['root/result', { root: { result: { a: 1 } } }],
    ['a/b/c/d', { a: { b: { c: { d: { a: 1 } } } } }],
    ['root/items/0', { root: { items: [{ a: 1 }] } }],
    ['items/2/value', { items: [null, null, { value: { a: 1 } }] }],
    ['0', [{ a: 1 }]],
    ['0/1', [[null, { a: 1 }]]],
    ['a"b/ü\\n', { 'a"b': { 'ü\\n': { a: 1 } } }],
    ['01/-1/1.5', { '01': { '-1': { '1.5': { a: 1 } } } }],
  ])('%s says where the payload lies', (location, document) => {
    expect(locationProblem(location)).toBeUndefined();
    expect(place(location, { a: 1 })).toEqual(document);
  });

  it('takes payloads of every kind', () => {
    expect(place('a', null)).toEqual({ a: null });
    expect(place('a', 'text')).toEqual({ a: 'text' });
    expect(place('a/0', [1])).toEqual({ a: [[1]] });
  });

  it.each([
    ['', 'must be names separated by single slashes'],
    ['/root', 'must be names separated by single slashes'],
    ['root/', 'must be names separated by single slashes'],
    ['root//result', 'must be names separated by single slashes'],
    ['root/__proto__', 'must not contain the name __proto__'],
    ['constructor/x', 'must not contain the name constructor'],
    ['items/100', 'must not go beyond place 99 of a list, got 100'],
    ['items/99999999999999999999', 'must not go beyond place 99 of a list'],
    [Array.from({ length: 17 }, () => 'a').join('/'), 'must not be more than 16 levels deep'],
  ])('%j cannot be built', (location, problem) => {
    expect(locationProblem(location)).toContain(problem);
  });
});

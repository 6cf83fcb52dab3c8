import { describe, expect, it } from '@jest/globals';
import { toJson } from './to-json.ts';

const asIs = (text: string): string => text;
const circle: { itself?: unknown } = {};
circle.itself = circle;

describe('what plugins give for the log', () => {
  it.each<[string, unknown]>([
    ['texts, numbers, lists and objects', { a: ['x', 1.5, true, null], b: { c: {} } }],
    ['dates', { at: new Date(0), never: new Date(Number.NaN) }],
    ['what JSON leaves out', { a: undefined, b: () => 1, c: Symbol('c'), list: [undefined, () => 1] }],
    ['numbers that JSON does not have', [Number.NaN, Number.POSITIVE_INFINITY]],
    ['maps and errors', { map: new Map([[1, 2]]), error: new Error('x') }],
    ['boxed values', [Object('a'), Object(1), Object(false)]],
    ['buffers', Buffer.from('ab')],
    ['a key like __proto__', JSON.parse('{"__proto__":{"a":1}}')],
    ['one object in two places', [[circle.constructor.prototype], [circle.constructor.prototype]]],
    ['lists with holes', Array(3)],
  ])('becomes what JSON would make of it: %s', (_, value) => {
    const copy = toJson(value, asIs);
    expect(JSON.stringify(copy)).toBe(JSON.stringify(value));
    expect(copy).toEqual(JSON.parse(JSON.stringify(value)));
  });

  it.each<[unknown, string]>([
    [10n, 'a bigint is not JSON'],
    [{ deep: [10n] }, 'a bigint is not JSON'],
    [circle, 'it contains itself'],
    [() => 1, 'a function is not JSON'],
    [Array.from({ length: 100 }).reduce((inner) => [inner], 0), 'it is nested deeper than 64 levels'],
    ['x'.repeat(300_000), 'it is larger than 256 KiB'],
    [Array(1e9), 'it is larger than 256 KiB'],
    [Array.from({ length: 40 }).reduce((inner) => [inner, inner], 0), 'it is larger than 256 KiB'],
    [
      {
        get broken() {
          throw new Error('no such field');
        },
      },
      'no such field',
    ],
  ])('is replaced by a note where it cannot be JSON (%#)', (value, reason) => {
    expect(toJson(value, asIs)).toBe(`<not kept: ${reason}>`);
  });

  it('is a copy: what a plugin changes later is not stored', () => {
    const value = { list: [1] };
    const copy = toJson(value, asIs);
    value.list.push(2);
    expect(copy).toEqual({ list: [1] });
  });

  it('has its keys and texts passed through the redactor', () => {
    const copy = toJson({ 'key-secret': ['secret', { a: 'secret' }] }, (text) =>
      text.replace('secret', '***'),
    );
    expect(copy).toEqual({ 'key-***': ['***', { a: '***' }] });
  });
});

import { expect, it } from '@jest/globals';
import { deepFreeze } from './deep-freeze.ts';

it('freezes objects and lists at every depth, and gives the same value back', () => {
  const value = { list: [{ a: 1 }], bare: Object.assign(Object.create(null) as object, { b: [1] }) };
  expect(deepFreeze(value)).toBe(value);
  expect(() => value.list.push({ a: 2 })).toThrow(TypeError);
  expect(() => Object.assign(value.list[0] ?? {}, { a: 2 })).toThrow(TypeError);
  expect(() => Object.assign(value.bare, { b: 2 })).toThrow(TypeError);
});

it('leaves alone what a schema may have made', () => {
  class Own {
    count = 0;
  }
  const value = deepFreeze({ at: new Date(0), own: new Own(), bytes: Buffer.from('ab'), map: new Map() });
  value.own.count++;
  value.bytes[0] = 1;
  expect(value.own.count).toBe(1);
});

it('is not led in circles', () => {
  const value: { itself?: unknown } = {};
  value.itself = value;
  expect(Object.isFrozen(deepFreeze(value))).toBe(true);
});

it.each([undefined, null, 1, 'text'])('gives %p back', (value) => {
  expect(deepFreeze(value)).toBe(value);
});

import { describe, expect, it } from '@jest/globals';
import { firstJsonError, lineAndColumn } from './json-position.ts';

describe('firstJsonError', () => {
  it.each([
    ['{"a": abc}', 6],
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ['{a:1}', 1],
    ['[1 2]', 3],
    ['[1,]', 3],
    ['[}', 1],
    ['{"a":1]', 6],
    ['1 2', 2],
    ['{"a":tru}', 5],
    ['["\\x"]', 3],
    ['["a\nb"]', 3],
    ['01', 1],
    [']', 0],
    ['', 0],
    ['  ', 2],
    ['"abc', 4],
    ['{"a":1', 6],
    ['[1,', 3],
  ])('finds the error of %j at %i', (text, offset) => {
    expect(firstJsonError(text)).toBe(offset);
  });

  it('finds none before the end in what JSON.parse takes', () => {
    for (const text of [
      '{"a":[1,-2.5e+3,{"b":null}],"c":"\\u00e4\\\\"}',
      ' [ ] ',
      '0',
      '"x"',
      '[[],{},""]',
    ]) {
      expect(() => JSON.parse(text) as unknown).not.toThrow();
      expect(firstJsonError(text)).toBe(text.length);
    }
  });

  it('agrees with JSON.parse wherever that says a position, to the token', () => {
    const text = '{"a": [1, {"b": "x\\n"}, true], "c": {"d": [null, -1.5]}, "e": "f"}';
    const broken = Array.from(text, (_, i) =>
      ['', '#', ',', '}', ']', '"', ':', '1'].map((c) => text.slice(0, i) + c + text.slice(i + 1)),
    );
    let compared = 0;
    for (const candidate of broken.flat()) {
      const position = positionOf(candidate);
      if (position === undefined) continue;
      compared++;
      const found = firstJsonError(candidate);
      // Of a broken literal or number JSON.parse tells where it breaks, and this where it begins.
      const between = candidate.slice(found, position);
      expect({ candidate, found, position, between }).toMatchObject({
        between: expect.stringMatching(/^[-+\w.]*$/),
      });
      expect(found).toBeLessThanOrEqual(position);
    }
    expect(compared).toBeGreaterThan(100);
  });
});

describe('lineAndColumn', () => {
  it('counts both from one', () => {
    expect(lineAndColumn('ab\ncd', 0)).toBe('line 1, column 1');
    expect(lineAndColumn('ab\ncd', 4)).toBe('line 2, column 2');
  });
});

function positionOf(text: string): number | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const [, position] = /at position (\d+)/.exec(String(error)) ?? [];
    return position === undefined ? undefined : Number(position);
  }
}

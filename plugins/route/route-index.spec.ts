import { describe, expect, it } from '@jest/globals';
import { RE2JS } from 're2js';
import { CallPattern, patternProblem } from './call-pattern.ts';
import { RouteIndex } from './route-index.ts';

/** Numbers from 0 to below `limit`, the same sequence in each run. */
function sequence(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

const words = ['api', 'v01', 'users', 'orders', 'a', 'b', 'ab', 'x1', '.json', '%20', '?page=2', '/'];
const sounds = [
  '.',
  '\\d',
  '\\w+',
  '[^/]',
  '[a-c]',
  '\\/',
  '\\.',
  '^',
  '$',
  '\\b',
  '(?i)',
  '\\Qa.b\\E',
  '(?i:AB)',
];
const repeats = ['', '', '', '', '*', '+', '?', '{2}', '{0,2}', '*?', '+?', '??'];

function randomPattern(next: (limit: number) => number, depth = 0): string {
  const parts = Array.from({ length: 1 + next(4) }, () => {
    const kind = next(10);
    if (kind < 5) return `/${words[next(words.length)] ?? ''}`.replace(/[.?]/g, '\\$&');
    if (kind < 8 || depth > 1)
      return `${sounds[next(sounds.length)] ?? ''}${repeats[next(repeats.length)] ?? ''}`;
    const branches = Array.from({ length: 1 + next(3) }, () => randomPattern(next, depth + 1));
    return `(${next(2) === 0 ? '?:' : ''}${branches.join('|')})${repeats[next(repeats.length)] ?? ''}`;
  });
  return `${next(3) === 0 ? '^' : ''}${parts.join('')}${next(5) === 0 ? '$' : ''}`;
}

function randomUrl(next: (limit: number) => number): string {
  return `/${Array.from({ length: next(6) }, () => words[next(words.length)]).join(next(2) === 0 ? '/' : '')}`;
}

describe('the index of routes', () => {
  it.each([1, 2, 3])('finds what a look at each pattern finds (%i)', (seed) => {
    const next = sequence(seed);
    const texts = Array.from({ length: 600 }, () => randomPattern(next)).filter(
      (text) => patternProblem(text) === undefined,
    );
    const methods = ['ANY', 'GET', 'POST'];
    const entries = texts.map((text, i) => ({ text, pattern: new CallPattern(methods[i % 3] ?? '', text) }));
    const compiled = texts.map((text) => RE2JS.compile(RE2JS.translateRegExp(text)));
    const index = new RouteIndex(entries);
    let found = 0;
    for (let i = 0; i < 100; i++) {
      const url = randomUrl(next);
      const linear = entries.filter(
        ({ pattern: { method } }, i) => (method === 'ANY' || method === 'GET') && compiled[i]?.test(url),
      );
      found += linear.length;
      expect(index.find('GET', url).map(({ text }) => text)).toEqual(linear.map(({ text }) => text));
    }
    expect(texts.length).toBeGreaterThan(300);
    expect(found).toBeGreaterThan(500);
  });

  it('tries few of many patterns that look alike', () => {
    let tried = 0;
    class Counted extends CallPattern {
      override fits(method: string, url: string): boolean {
        tried++;
        return super.fits(method, url);
      }
    }
    const entries = Array.from({ length: 5_000 }, (_, i) => ({
      pattern: new Counted('ANY', `/api/v01/customers/\\d+/service-${String(i)}/(jobs|tasks)/[a-z]+$`),
    }));
    const index = new RouteIndex(entries);
    expect(index.find('GET', '/api/v01/customers/4711/service-1234/jobs/abc')).toEqual([entries[1234]]);
    expect(tried).toBeLessThan(20);
  });

  it('finds nothing when there is nothing', () => {
    expect(new RouteIndex([]).find('GET', '/')).toEqual([]);
  });
});

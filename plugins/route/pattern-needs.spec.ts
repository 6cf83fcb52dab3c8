import { describe, expect, it } from '@jest/globals';
import { needsOf, type Needs } from './pattern-needs.ts';

/** `^/a b` for a literal at the beginning and one anywhere, `(x | y)` for a choice. */
function shown({ literals, choices }: Needs): string {
  return [
    ...literals.map(({ text, first }) => (first ? `^${text}` : text)),
    ...choices.map((branches) => `(${branches.map(shown).join(' | ')})`),
  ].join(' ');
}

describe('what a URL must contain for a pattern to be found in it', () => {
  it.each([
    ['/api/v01/some', '/api/v01/some'],
    ['^/api/v01/users/\\d+/orders$', '^/api/v01/users/ /orders'],
    ['^\\/api\\/v1\\.0\\/', '^/api/v1.0/'],
    ['/a+b/c*d/e?f/g{2}h', '/a b/ d/ f/g h'],
    ['/a{0,3}b{1,}c{2', '/ b c{2'],
    ['/x+?y*?z', '/x z'],
    ['/users/[^/]+/[]a]/[[:digit:]\\]]', '/users/ / /'],
    ['^^/a', '^/a'],
    ['(?:/api)?/users', '/users'],
    ['^(/api/v1)/users', '/api/v1 /users'],
    ['/(?P<kind>users|groups)/', '/ / (users | groups)'],
    ['^/users$|^/groups$', '(^/users | ^/groups)'],
    ['/a/(b|)/c', '/a/ /c (b | )'],
    ['/a/((b|c)/d|e)', '/a/ (/d (b | c) | e)'],
    ['\\bword\\B\\d\\pL\\p{Greek}\\x41\\x{1F600}z', 'word z'],
    ['/é*a/日本', '/ a/'],
    ['.*', ''],
  ])('%s: %s', (pattern, needs) => {
    expect(shown(needsOf(pattern))).toBe(needs);
  });

  it.each(['(?i)/users', '/a(?i:b)', '\\Q/a+b\\E', '/a\\012', '(?m)^/a'])(
    '%s: nothing for sure',
    (pattern) => {
      expect(shown(needsOf(pattern))).toBe('');
    },
  );
});

import { describe, expect, it } from '@jest/globals';
import { suggestion } from './suggest.ts';

describe('suggestion', () => {
  it('names the nearest candidate, whatever the case', () => {
    expect(suggestion('prot', ['host', 'port'])).toBe(' (did you mean "port"?)');
    expect(suggestion('publicurl', ['publicUrl'])).toBe(' (did you mean "publicUrl"?)');
    expect(suggestion('trigers', ['tasks', 'triggers'])).toBe(' (did you mean "triggers"?)');
  });

  it('says nothing when nothing is near', () => {
    expect(suggestion('zebra', ['host', 'port'])).toBe('');
    expect(suggestion('x', [])).toBe('');
  });
});

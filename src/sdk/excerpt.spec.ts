import { describe, expect, it } from '@jest/globals';
import { excerpt } from './excerpt.ts';

describe('an excerpt', () => {
  it.each([
    ['  no rights\n', 'no rights'],
    ['', ''],
    ['exactly 20 character', 'exactly 20 character'],
    ['the token is s3cr3t-t0ken', 'the token is …'],
    ['the token itself is: s3cr3t', 'the token itself is: …'],
    ['0123456789012345678901234', '(25 characters)'],
  ])('of %j is whole words', (text, expected) => {
    expect(excerpt(text, { longest: 20 })).toBe(expected);
  });

  it.each([
    ['s3cr3t-t0ken was not accepted', '… was not accepted'],
    ['x s3cr3t was not accept', '… s3cr3t was not accept'],
    ['0123456789012345678901234', '(25 characters)'],
  ])('of the end of %j is whole words', (text, expected) => {
    expect(excerpt(text, { longest: 21, keep: 'end' })).toBe(expected);
  });

  it('leaves out the last word of what was cut before', () => {
    expect(excerpt('the token is s3cr', { longest: 100, truncated: true })).toBe('the token is');
    expect(excerpt('the token is s3cr', { longest: 10, keep: 'end', truncated: true })).toBe('… token is');
    expect(excerpt('s3cr', { longest: 10, truncated: true })).toBe('(4 characters)');
  });

  it('takes secrets of several words out before it cuts', () => {
    const secrets = [undefined, '', 'a', 'correct horse', 'correct horse battery'];
    expect(excerpt('a wrong one: correct horse battery', { longest: 30, secrets })).toBe(
      'a wrong one: ********',
    );
    expect(excerpt('not correct horse battery', { longest: 11, secrets })).toBe('not …');
  });
});

import { describe, expect, it } from '@jest/globals';
import { GrowingRedactor } from './growing-redactor.ts';
import { createRedactor } from './redactor.ts';

const many = Array.from({ length: 1_000 }, (_, i) => `canary-${i}-end`);

describe('a redactor of secrets that come and go', () => {
  it('is not made of all of them anew for a change of one, and still takes out the one that was replaced', () => {
    const made: number[] = [];
    const redactor = new GrowingRedactor((secrets) => {
      made.push(secrets.length);
      return createRedactor(secrets);
    });
    redactor.update(new Set(many));
    made.length = 0;
    redactor.update(new Set(many));
    redactor.update(new Set([...many.slice(1), 'quite-another']));
    expect(made).toEqual([1]);
    expect(redactor.redact('canary-0-end, canary-7-end and quite-another')).toBe(
      '********, ******** and ********',
    );
  });

  it('leaves no rest of a secret that another one is a part of', () => {
    const redactor = new GrowingRedactor();
    redactor.update(new Set(['horse']));
    redactor.update(new Set(['horse', 'horse-and-cart']));
    expect(redactor.redact('a horse-and-cart, a horse')).toBe('a ********, a ********');
  });

  it('forgets after some minutes, when it is made anew', () => {
    const redactor = new GrowingRedactor();
    redactor.update(new Set(['old-secret']), 0);
    redactor.update(new Set(['new-secret']), 1);
    redactor.update(new Set(['new-secret', 'new-secret-2']), 60_000);
    expect(redactor.redact('old-secret')).toBe('********');
    redactor.update(new Set(['new-secret', 'new-secret-3']), 3_600_000);
    expect(redactor.redact('old-secret')).toBe('old-secret');
  });
});

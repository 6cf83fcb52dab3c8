import { describe, expect, it } from '@jest/globals';
import type { Page } from '../../kernel/ports.ts';
import { mergedPage } from './merged-page.ts';

const page = (ids: string, next?: string): Page<{ readonly id: string }> => ({
  items: Array.from(ids, (id) => ({ id })),
  ...(next !== undefined && { next }),
});
const merged = (pages: readonly Page<{ readonly id: string }>[], limit: number): string => {
  const { items, next } = mergedPage(pages, limit);
  return `${items.map(({ id }) => id).join('')} ${next ?? '-'}`;
};

describe('mergedPage', () => {
  it('puts the newest of all first and ends with what was asked for', () => {
    expect(merged([page('fca'), page('edb')], 4)).toBe('fedc c');
    expect(merged([page('fca'), page('edb')], 6)).toBe('fedcba -');
    expect(merged([page(''), page('ba')], 2)).toBe('ba -');
    expect(merged([], 2)).toBe(' -');
  });

  it('leaves nothing out where one of them has more', () => {
    // The first has more behind d: what it has there is newer than c and b.
    expect(merged([page('fd', 'd'), page('ecb')], 4)).toBe('fed d');
    expect(merged([page('fe', 'e'), page('dc', 'c')], 2)).toBe('fe e');
    // One that gave up looking at c has found nothing down to there.
    expect(merged([page('', 'c'), page('eda')], 5)).toBe('ed c');
    expect(merged([page('', 'c'), page('', 'e')], 5)).toBe(' e');
  });
});

import type { Page } from '../../kernel/ports.ts';

interface Identified {
  readonly id: string;
}

/**
 * One page of several, each in falling order of ids, which is that of time. Beyond the `next` of one of them it is not known yet
 * what it has, so the page ends there.
 */
export function mergedPage<T extends Identified>(pages: readonly Page<T>[], limit: number): Page<T> {
  const ends = pages.flatMap(({ next }) => next ?? []);
  const end = ends.reduce((latest, next) => (next > latest ? next : latest), '');
  const known = pages.flatMap(({ items }) => items.filter(({ id }) => id >= end));
  const items = known.sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
  const next = known.length > limit ? items.at(-1)?.id : ends.length > 0 ? end : undefined;
  return { items, ...(next !== undefined && { next }) };
}

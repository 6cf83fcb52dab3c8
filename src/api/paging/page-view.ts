import type { Page } from '../../kernel/ports.ts';

/** A page as the API gives it. `next` is the `cursor` of the following page; absent on the last one. */
export interface PageView<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

export function pageView<T, V>({ items, next }: Page<T>, view: (item: T) => V): PageView<V> {
  return { items: items.map((item) => view(item)), ...(next !== undefined && { next }) };
}

import type { Page } from '../../kernel/ports.ts';

/** A page as the API gives it. `next` is the `cursor` of the following page; absent on the last one. */
export interface PageView<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

export function pageView<T, V>({ items, next }: Page<T>, view: (item: T) => V): PageView<V> {
  return { items: items.map((item) => view(item)), ...(next !== undefined && { next }) };
}

/** The page after the cursor of records that are in the order of their ids. */
export function pageOf<T>(
  records: readonly T[],
  { limit, cursor }: { readonly limit: number; readonly cursor?: string },
  idOf: (record: T) => string,
): Page<T> {
  const start = cursor === undefined ? 0 : records.findIndex((record) => idOf(record) > cursor);
  if (start === -1) return { items: [] };
  const items = records.slice(start, start + limit);
  const last = items.at(-1);
  return { items, ...(last !== undefined && start + limit < records.length && { next: idOf(last) }) };
}

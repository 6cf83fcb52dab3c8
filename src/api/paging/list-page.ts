import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Page } from '../../kernel/ports.ts';
import { decodeCursor, encodeCursor, type Place } from './cursor.ts';
import { Smallest } from './smallest.ts';

/** One of the lists that are held in memory. */
export interface List<T> {
  readonly name: string;
  /** Tells its items apart; without `sort` it is their order. */
  readonly id: (item: T) => string;
  /** What it can be sorted by. */
  readonly sorts: Readonly<Record<string, (item: T) => string | number>>;
  /** Where a search looks. */
  readonly texts: (item: T) => readonly (string | undefined)[];
}

/** What every list takes. */
export interface ListQuery {
  readonly limit: number;
  readonly cursor?: string;
  /** `name`, `-updatedAt`; one of the list's. */
  readonly sort?: string;
  readonly search?: string;
}

/** Others come in between after so long, ms; looked at after so many items. */
const turnMs = 10;
const portion = 1_000;

/**
 * The page of those items that fit: the smallest after the cursor, in one pass. Nothing is sorted but the page, so a page of a long
 * list costs as much as looking at each item once.
 */
export async function listPage<T>(
  { name, id, sorts, texts }: List<T>,
  {
    items,
    query,
    fits,
  }: { readonly items: Iterable<T>; readonly query: ListQuery; readonly fits?: (item: T) => boolean },
): Promise<Page<T>> {
  const { limit, sort = '', search } = query;
  const order = { list: name, sort };
  const after = query.cursor === undefined ? undefined : decodeCursor(order, query.cursor);
  const keyOf = sorts[sort.replace(/^-/, '')] ?? id;
  const falling = sort.startsWith('-');
  const compare = falling ? (a: Place, b: Place) => comparePlaces(b, a) : comparePlaces;
  const found = new Smallest<Place & { readonly item: T }>(limit + 1, compare);
  const needle = search?.toLowerCase();
  let deadline = performance.now() + turnMs;
  // As it is now: what is changed meanwhile must not come twice.
  for (const [i, item] of [...items].entries()) {
    if (i % portion === 0 && performance.now() > deadline) {
      await nextTurn();
      deadline = performance.now() + turnMs;
    }
    if (fits?.(item) === false) continue;
    const key = keyOf(item);
    // Most are passed by for their key alone.
    if (found.bound && (falling ? key < found.bound.key : key > found.bound.key)) continue;
    const place = { key, id: keyOf === id ? String(key) : id(item), item };
    if (after && compare(place, after) <= 0) continue;
    if (!found.takes(place)) continue;
    // The most work, so the last to be asked.
    if (needle === undefined || texts(item).some((text) => text?.toLowerCase().includes(needle)))
      found.add(place);
  }
  const page = found.sorted();
  const last = page.length > limit ? page[limit - 1] : undefined;
  return {
    items: page.slice(0, limit).map(({ item }) => item),
    ...(last && { next: encodeCursor(order, last) }),
  };
}

function comparePlaces(a: Place, b: Place): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}

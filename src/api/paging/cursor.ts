import { SignalboxError } from '../../domain/errors.ts';

/** Where a page ends: what the list is sorted by there, and the id, which tells those apart that are alike. */
export interface Place {
  readonly key: string | number;
  readonly id: string;
}

/** Which order of which list a cursor belongs to. */
export interface Order {
  readonly list: string;
  /** As it was asked for: `-updatedAt`; '' for the usual one. */
  readonly sort: string;
}

/** Opaque to those who get it. */
export function encodeCursor({ list, sort }: Order, { key, id }: Place): string {
  return Buffer.from(JSON.stringify([list, sort, key, id])).toString('base64url');
}

/** Throws QUERY_INVALID for one that belongs elsewhere. */
export function decodeCursor({ list, sort }: Order, cursor: string): Place {
  const [ofList, ofSort, key, id, ...more] = partsOf(cursor);
  const isPlace = (typeof key === 'string' || typeof key === 'number') && typeof id === 'string';
  if (!isPlace || ofList !== list || more.length > 0)
    throw invalid('must be the "next" of the page before, of the same list');
  if (ofSort !== sort) throw invalid('belongs to another order; begin anew, or ask with the same "sort"');
  return { key, id };
}

function partsOf(cursor: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function invalid(message: string): SignalboxError {
  return new SignalboxError('QUERY_INVALID', `cursor: ${message}`, { field: 'cursor' });
}

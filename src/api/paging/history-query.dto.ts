import type { Page, PageRequest } from '../../kernel/ports.ts';
import { IsTime } from '../validation/rfc3339.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { PageQueryDto } from './page-query.dto.ts';
import { Optional } from '../validation/optional.ts';

/** A page of what happened from `from` up to but not including `to`. */
export class HistoryQueryDto extends PageQueryDto {
  @Optional()
  @IsTime()
  from?: number;

  @Optional()
  @IsTime()
  to?: number;
}

interface HistoryQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly from?: number;
  readonly to?: number;
  readonly sort?: string;
}

/** A page that the storage gives, its cursors as the API has them. `list`: which one. */
export async function historyPage<T>(
  list: string,
  { limit, cursor, from, to, sort = '' }: HistoryQuery,
  read: (request: PageRequest) => Promise<Page<T>>,
): Promise<Page<T>> {
  const order = { list, sort };
  const { items, next } = await read({
    limit,
    ...(cursor !== undefined && { cursor: decodeCursor(order, cursor).id }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  });
  return { items, ...(next !== undefined && { next: historyCursor(list, next, sort) }) };
}

/** A cursor of the storage as the API gives it. */
export function historyCursor(list: string, next: string, sort = ''): string {
  return encodeCursor({ list, sort }, { key: '', id: next });
}

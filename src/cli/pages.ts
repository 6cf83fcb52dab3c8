import { z } from '../sdk/schema.ts';
import type { ApiClient, ApiRequest } from './api-client.ts';

/** Of the API: items in one page. */
const mostInPage = 500;

interface PagesRequest<Item> extends Pick<ApiRequest<unknown>, 'path' | 'query' | 'signal'> {
  readonly item: z.ZodType<Item>;
  /** How many items at most; Infinity for all. */
  readonly limit: number;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Cursor of what comes after it. */
  readonly next?: string | undefined;
}

/** A list of the API, page by page. */
export async function* pages<Item>(api: ApiClient, request: PagesRequest<Item>): AsyncGenerator<Page<Item>> {
  const { path, query, signal, item, limit } = request;
  const answer = z.looseObject({ items: z.array(item), next: z.string().optional() });
  let left = limit;
  let cursor: string | undefined;
  do {
    const asked = { ...query, limit: Math.min(left, mostInPage), cursor };
    const page = await api.request({ path, query: asked, answer, signal });
    left -= page.items.length;
    cursor = page.next;
    yield page;
  } while (cursor !== undefined && left > 0);
}

/** All that the pages have. */
export async function everyItem<Item>(
  api: ApiClient,
  request: Omit<PagesRequest<Item>, 'limit'> & { readonly limit?: number },
): Promise<Required<Pick<Page<Item>, 'items'>> & Page<Item>> {
  const items: Item[] = [];
  let next: string | undefined;
  for await (const page of pages(api, { limit: Infinity, ...request })) {
    items.push(...page.items);
    next = page.next;
  }
  return { items, ...(next !== undefined && { next }) };
}

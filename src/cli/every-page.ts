import { z } from '../sdk/schema.ts';
import type { ApiClient } from './api-client.ts';

/** All items of a list of the API, however many pages it has. */
export async function everyPage<Item>(
  api: ApiClient,
  {
    path,
    item,
    signal,
  }: { readonly path: string; readonly item: z.ZodType<Item>; readonly signal?: AbortSignal | undefined },
): Promise<readonly Item[]> {
  const answer = z.object({ items: z.array(item), next: z.string().optional() });
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.request({ path, query: { limit: 500, cursor }, answer, signal });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return items;
}

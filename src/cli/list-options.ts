import { InvalidArgumentError, Option, type Command } from 'commander';
import type { ApiClient, ApiRequest } from './api-client.ts';
import type { CliContext } from './cli-context.ts';
import type { ConnectionFlags } from './connection.ts';
import { printJsonList, printLongJsonList, printPages, type Listing } from './output.ts';
import { pages, type Page } from './pages.ts';
import type { z } from '../sdk/schema.ts';

export interface PagingFlags {
  readonly limit: number;
  readonly all?: boolean;
}

export function addPagingOptions(command: Command, usual: number): Command {
  return command
    .addOption(
      new Option('--limit <number>', 'how many at most')
        .argParser(countArgument)
        .default(usual, String(usual)),
    )
    .option('--all', 'all of them, however many pages that takes');
}

/** How many items: any number, in as many pages as that takes. */
export function countArgument(value: string): number {
  const count = /^\d{1,9}$/.test(value) ? Number(value) : 0;
  if (count < 1) throw new InvalidArgumentError('It is a number from 1 on.');
  return count;
}

interface List<Item> extends Listing<Item>, Pick<ApiRequest<unknown>, 'path' | 'query'> {
  readonly item: z.ZodType<Item>;
  /** For people each item is asked for by itself. */
  readonly detail?: { readonly path: (item: Item) => string; readonly item: z.ZodType<Item> } | undefined;
}

/** Fetches and prints a list as the flags want it. */
export async function showList<Item>(
  api: ApiClient,
  list: List<Item>,
  { flags, context }: { readonly flags: PagingFlags & ConnectionFlags; readonly context: CliContext },
): Promise<void> {
  const { terminal, signal } = context;
  const { path, query = {}, item } = list;
  const limit = flags.all ? Infinity : flags.limit;
  const found = pages(api, { path, query, item, signal, limit });
  const { detail } = list;
  const one = detail && ((of: Item) => api.request({ path: detail.path(of), answer: detail.item, signal }));
  if (!flags.json) await printPages(terminal, one ? detailed(found, one) : found, list);
  else if (flags.all) await printLongJsonList(terminal.out, found);
  else await printJsonList(terminal.out, found);
}

/** How many requests are under way at a time. */
const atOnce = 8;

async function* detailed<Item>(
  found: AsyncIterable<Page<Item>>,
  one: (item: Item) => Promise<Item>,
): AsyncGenerator<Page<Item>> {
  for await (const page of found) {
    const items: Item[] = [];
    for (let at = 0; at < page.items.length; at += atOnce)
      items.push(...(await Promise.all(page.items.slice(at, at + atOnce).map(one))));
    yield { ...page, items };
  }
}

import { stringify } from 'yaml';
import type { Page } from './pages.ts';
import { tablePrinter, type Cell } from './table.ts';
import { printable, type Channel, type Terminal } from './terminal.ts';

/** Prints everything about one thing for people, as YAML. */
export function printDocument(out: Channel, value: unknown): void {
  for (const line of stringify(value, { lineWidth: 0 }).trimEnd().split('\n')) {
    const [, indent = '', name = '', rest = ''] = /^((?: |- )*)([^\s:"'][^:"']*:)(.*)$/.exec(line) ?? [];
    out.line(
      name === '' ? printable(line) : `${indent}${out.paint('cyan', printable(name))}${printable(rest)}`,
    );
  }
}

export interface Listing<Item> {
  readonly titles: readonly string[];
  readonly row: (item: Item) => readonly Cell[];
  /** What is said of nothing. */
  readonly none: string;
}

/** Prints a list for people, page by page. */
export async function printPages<Item>(
  { out, err }: Terminal,
  pages: AsyncIterable<Page<Item>>,
  { titles, row, none }: Listing<Item>,
): Promise<void> {
  const print = tablePrinter(out, titles);
  let count = 0;
  let next: string | undefined;
  for await (const page of pages) {
    if (page.items.length > 0) print(page.items.map(row));
    count += page.items.length;
    next = page.next;
  }
  if (next !== undefined) err.line(err.paint('dim', 'There are more: raise --limit, or take --all.'));
  else if (count === 0) err.line(none);
}

/** Prints a list for scripts: one document in one line. */
export async function printJsonList(out: Channel, pages: AsyncIterable<Page<unknown>>): Promise<void> {
  const items: unknown[] = [];
  let next: string | undefined;
  for await (const page of pages) {
    items.push(...page.items);
    next = page.next;
  }
  out.line(JSON.stringify({ items, ...(next !== undefined && { next }) }));
}

/** The same of a list of any length, as it comes: one document in many lines. */
export async function printLongJsonList(out: Channel, pages: AsyncIterable<Page<unknown>>): Promise<void> {
  let comma = '';
  out.line('{"items":[');
  for await (const { items } of pages) {
    for (const item of items) {
      out.line(comma + JSON.stringify(item));
      comma = ',';
    }
  }
  out.line(']}');
}

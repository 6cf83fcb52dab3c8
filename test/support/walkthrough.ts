import { parse, stringify } from 'yaml';
import type { Snippet } from './snippets.ts';

/** The values of this run for what a page has as an example: `{ 4280: '51234' }`. */
export type Stand = Readonly<Record<string, string>>;

/**
 * A page as one script: what a reader types, in the order of the page, files that it shows included. After each block of shell
 * `after` is run.
 */
export function walkthrough(page: readonly Snippet[], stand: Stand = {}, after = ''): string {
  const files = new Map<string, string>();
  const script = page.map((snippet) => step(snippet, files, after)).join('\n');
  return Object.entries(stand).reduce((text, [example, value]) => text.replaceAll(example, value), script);
}

function step({ language, text, mark }: Snippet, files: Map<string, string>, after: string): string {
  const [, verb, name] = /^(file|changes): (\S+)$/.exec(mark) ?? [];
  if (name !== undefined) return write(name, verb === 'file' ? text : changed(files.get(name), text), files);
  if (language !== 'sh' || mark.startsWith('not run')) return '';
  const [, port] = /^in the background, until it listens on (\d+)$/.exec(mark) ?? [];
  if (port !== undefined) return `(\n${text}\n) &\nlistens ${port}\n${after}`;
  return `${text.replaceAll(/^(?=.*(?:--follow|curl -N))/gm, 'for_a_while ')}\n${after}`;
}

function write(name: string, text: string, files: Map<string, string>): string {
  files.set(name, text);
  return `cat > ${name} <<'END-OF-FILE'\n${text}END-OF-FILE\n`;
}

/** One section of a configuration is put in the place of the old one. */
function changed(before: string | undefined, change: string): string {
  if (before === undefined) throw new Error('a file is changed that was not shown before');
  return stringify({ ...(parse(before) as object), ...(parse(change) as object) });
}

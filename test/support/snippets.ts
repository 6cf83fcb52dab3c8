import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/**
 * A block of code of a page. `mark` is the comment in front of it, which readers do not see: `not run: why`,
 * `in the background, until it listens on 4280`, `file: first.yaml`, `changes: first.yaml`.
 */
export interface Snippet {
  readonly language: string;
  readonly text: string;
  readonly mark: string;
}

const pattern = /(?:^<!-- (?<mark>[^>]*) -->\n\n)?^(?<indent> *)```(?<language>\w*)\n(?<text>[^]*?)^ *```$/gm;

/** The blocks of a page of the repository, in their order. */
export function snippetsOf(page: string): readonly Snippet[] {
  return snippetsIn(readFileSync(join(root, page), 'utf8'));
}

export function snippetsIn(markdown: string): readonly Snippet[] {
  return Array.from(markdown.matchAll(pattern), ({ groups = {} }) => ({
    language: groups['language'] ?? '',
    text: (groups['text'] ?? '').replaceAll(new RegExp(`^${groups['indent'] ?? ''}`, 'gm'), ''),
    mark: groups['mark'] ?? '',
  }));
}

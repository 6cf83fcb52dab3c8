import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');

/** Every page of the repository, as a path from its root. */
export const pages: readonly string[] = globSync('**/*.md', {
  cwd: root,
  exclude: (name) => ['node_modules', 'dist', 'data', '.git'].includes(name),
})
  .map((page) => page.replaceAll('\\', '/'))
  .sort();

/** Those that users read first. */
export const userPages = pages.filter((page) =>
  /^(README|docs\/[^/]+|plugins\/[^/]+\/README)\.md$/.test(page),
);

export function textOf(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

/** Whether a block of YAML says what Signalbox shall know. What only shows a filter or a list of plugins does not. */
export function isConfiguration(yaml: string): boolean {
  const value: unknown = parse(yaml);
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  return ['objects', 'tasks', 'triggers'].some((section) => keys.includes(section));
}

export function configurationsOf(page: string): readonly string[] {
  return Array.from(textOf(page).matchAll(/^```yaml\n([^]*?)^```$/gm), ([, yaml = '']) => yaml).filter(
    isConfiguration,
  );
}

/** A value for each environment variable that the text names without a default. */
export function environmentFor(yaml: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Array.from(yaml.matchAll(/\$\{env:(\w+)\}/g), ([, name = '']) => [name, 'xoxb-1-of-the-docs']),
  );
}

import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TextProblem } from './yaml-reader.ts';
import { errno } from './errno.ts';
import type { Entry, Path, ScalarNode, SourceNode } from './source-tree.ts';

/** Where `${env:…}` and `${file:…}` take their values from. */
export interface Lookups {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that relative file paths start at. */
  readonly dir: string;
}

export interface Substituted {
  readonly root: SourceNode;
  readonly problems: readonly TextProblem[];
}

const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Fills `${env:NAME}`, `${env:NAME:-default}` and `${file:PATH}` into every text of a document. Other `${…}` belong
 * to message templates and stay, as does a placeholder escaped as in those (`$${env:NAME}`).
 */
export function substitute(root: SourceNode, lookups: Lookups): Substituted {
  const problems: TextProblem[] = [];
  return { root: new Substitution(lookups, problems).node(root, []), problems };
}

class Substitution {
  constructor(
    private readonly lookups: Lookups,
    private readonly problems: TextProblem[],
  ) {}

  node(node: SourceNode, path: Path): SourceNode {
    switch (node.kind) {
      case 'scalar':
        return this.#scalar(node, path);
      case 'list':
        return { ...node, items: node.items.map((item, i) => this.node(item, [...path, i])) };
      case 'map':
        return { ...node, entries: new Map([...node.entries].map((entry) => this.#entry(entry, path))) };
    }
  }

  #entry([key, entry]: readonly [string, Entry], path: Path): [string, Entry] {
    return [key, { ...entry, node: this.node(entry.node, [...path, key]) }];
  }

  #scalar(node: ScalarNode, path: Path): ScalarNode {
    const { value: written } = node;
    if (typeof written !== 'string' || !/\$\{(?:env|file):/.test(written)) return node;
    let replaced = 0;
    let whole = false;
    const value = written.replace(/(\$+)\{(env|file):([^}]*)(\}?)/g, (match, ...groups: string[]) => {
      const [dollars = '', kind, body = '', close] = groups;
      if (dollars.length % 2 === 0) return match;
      replaced++;
      whole = match === written && dollars.length === 1;
      const result = close
        ? this.#lookup(kind, body)
        : { problem: `"${match.slice(0, 40)}" has no closing brace` };
      if ('text' in result) return dollars.slice(1) + result.text;
      this.problems.push({ offset: node.start, path, message: result.problem });
      return match;
    });
    return replaced === 0 ? node : { ...node, value, written, whole };
  }

  #lookup(kind: string | undefined, body: string): Result {
    return kind === 'env' ? fromEnvironment(body, this.lookups.env) : fromFile(body, this.lookups.dir);
  }
}

type Result = { readonly text: string } | { readonly problem: string };

function fromEnvironment(body: string, env: Lookups['env']): Result {
  const match = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(body);
  if (!match) {
    return { problem: `"\${env:${body}}" is not a variable; write \${env:NAME} or \${env:NAME:-default}` };
  }
  const [, name = '', fallback] = match;
  const text = env[name];
  // As in a shell, `:-` also stands in for a variable that is set but empty.
  if (fallback !== undefined) return { text: text === undefined || text === '' ? fallback : text };
  if (text !== undefined) return { text };
  return {
    problem: `the environment variable ${name} is not set; set it, or write \${env:${name}:-default}`,
  };
}

function fromFile(body: string, dir: string): Result {
  if (body.trim() === '') return { problem: 'a file is missing in "${file:}"; write ${file:PATH}' };
  const file = resolve(dir, body.trim());
  try {
    const stat = statSync(file);
    if (!stat.isFile()) return { problem: `${file} is not a regular file` };
    if (stat.size > MAX_FILE_BYTES) return { problem: `${file} is larger than 1 MiB` };
    // Editors and `echo` end a file with a newline that nobody means to be part of the value.
    return {
      text: readFileSync(file, 'utf8')
        .replace(/^\ufeff/, '')
        .replace(/[\r\n]+$/, ''),
    };
  } catch (error) {
    return { problem: `cannot read ${file} (${reason(error)})` };
  }
}

function reason(error: unknown): string {
  const code = errno(error);
  if (code === 'ENOENT') return 'no such file';
  return code === 'EACCES' ? 'permission denied' : (code ?? String(error));
}

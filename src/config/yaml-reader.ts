import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
} from 'yaml';
import { unshield, shield } from './placeholder-shield.ts';
import type { Entry, Path, ScalarNode, SourceNode } from './source-tree.ts';

/** Something wrong with the text, by offset. */
export interface TextProblem {
  readonly offset: number;
  readonly path: Path;
  readonly message: string;
}

export interface YamlText {
  /** Absent when the text cannot be read at all. */
  readonly root?: SourceNode;
  readonly problems: readonly TextProblem[];
  readonly lines: LineCounter;
}

/** What aliases may expand to in all: enough for any honest file, too little for a "billion laughs" one. */
const MAX_NODES = 200_000;
const MAX_DEPTH = 100;
const refusedKeys = new Set(['__proto__', 'constructor']);
const plainTags = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`),
);

/** Reads one YAML document, strictly: plain values only, no key twice. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  const document = parseDocument(shield(text), {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    version: '1.2',
  });
  const problems = syntaxProblems(document, lines);
  if (problems.length > 0) return { problems, lines };
  const walk = new Walk(document);
  const root = walk.node(document.contents, { path: [], start: 0 });
  return { root, problems: walk.problems, lines };
}

/** The first problem of each line: one slip often makes the parser stumble several times. */
function syntaxProblems(document: Document.Parsed, lines: LineCounter): TextProblem[] {
  const seen = new Set<number>();
  return [...document.errors, ...document.warnings].flatMap((error) => {
    const offset = error.pos[0];
    const { line } = lines.linePos(offset);
    if (seen.has(line)) return [];
    seen.add(line);
    return [{ offset, path: [], message: syntaxMessage(error.code, unshield(error.message)) }];
  });
}

function syntaxMessage(code: string, message: string): string {
  switch (code) {
    case 'DUPLICATE_KEY':
      return 'this key stands here a second time; keep one of them';
    case 'MULTIPLE_DOCS':
      return 'only one YAML document is allowed in the file; remove the "---" in the middle';
    case 'TAB_AS_INDENT':
      return 'a tab cannot indent in YAML; use spaces';
    case 'TAG_RESOLVE_FAILED':
      return `YAML tags are not allowed (${message.replace(/^Unresolved tag: /, '')})`;
    default:
      return `not YAML: ${message}`;
  }
}

interface Spot {
  readonly path: Path;
  readonly start: number;
}

/** Turns the parser's nodes into ours, aliases expanded. */
class Walk {
  readonly problems: TextProblem[] = [];
  readonly #open = new Set<Node>();
  #count = 0;

  constructor(private readonly document: Document.Parsed) {}

  node(node: Node | null, spot: Spot): SourceNode {
    const start = node?.range?.[0] ?? spot.start;
    const here = { path: spot.path, start };
    if (!node) return nothing(start);
    if (++this.#count > MAX_NODES) return this.#refuse(here, 'the aliases of this file expand to too much');
    if (spot.path.length > MAX_DEPTH)
      return this.#refuse(here, `nested deeper than ${String(MAX_DEPTH)} levels`);
    if (isAlias(node)) return this.#alias(node, here);
    if (node.tag !== undefined && !plainTags.has(node.tag)) {
      return this.#refuse(here, `YAML tags are not allowed (${node.tag})`);
    }
    return this.#content(node, here);
  }

  #content(node: Node, spot: Spot): SourceNode {
    this.#open.add(node);
    try {
      if (isScalar(node)) return this.#scalar(node, spot);
      if (isMap<Node, Node | null>(node)) return this.#map(node.items, spot);
      if (isSeq<Node>(node)) return this.#list(node.items, spot);
      return this.#refuse(spot, 'must be text, a number, a boolean, a list or fields');
    } finally {
      this.#open.delete(node);
    }
  }

  #alias(
    node: Node & { source: string; resolve: (document: Document) => Node | undefined },
    spot: Spot,
  ): SourceNode {
    const target = node.resolve(this.document);
    if (!target) return this.#refuse(spot, `no anchor "&${node.source}" stands before this alias`);
    if (this.#open.has(target)) return this.#refuse(spot, `the alias "*${node.source}" contains itself`);
    // What an alias brings in is said to stand where the alias does not: errors lead to the text to be changed.
    return this.node(target, spot);
  }

  #list(items: readonly Node[], { path, start }: Spot): SourceNode {
    return {
      kind: 'list',
      start,
      items: items.map((item, i) => this.node(item, { path: [...path, i], start })),
    };
  }

  #map(pairs: readonly Pair<Node, Node | null>[], { path, start }: Spot): SourceNode {
    const entries = new Map<string, Entry>();
    for (const { key, value } of pairs) {
      const keyStart = key.range?.[0] ?? start;
      const name = this.#key(key, { path, start: keyStart });
      if (name === undefined) continue;
      entries.set(name, { keyStart, node: this.node(value, { path: [...path, name], start: keyStart }) });
    }
    return { kind: 'map', start, entries };
  }

  #key(key: Node, spot: Spot): string | undefined {
    const name = isScalar(key) ? keyText(key) : undefined;
    if (name === undefined) {
      this.#refuse(spot, 'a key must be plain text');
    } else if (refusedKeys.has(name)) {
      this.#refuse({ ...spot, path: [...spot.path, name] }, 'this key is not allowed');
    } else {
      return name;
    }
    return undefined;
  }

  #scalar({ value, source }: Scalar, spot: Spot): ScalarNode {
    const { start } = spot;
    if (typeof value === 'string') return { kind: 'scalar', start, value: unshield(value) };
    if (typeof value === 'boolean' || value === null) return { kind: 'scalar', start, value };
    if (typeof value === 'number' && isExact(value)) return { kind: 'scalar', start, value };
    return this.#refuse(
      spot,
      typeof value === 'number'
        ? `the number ${source ?? String(value)} cannot be kept exactly; put it in quotes if it is text`
        : 'must be text, a number, a boolean, a list or fields',
    );
  }

  #refuse({ path, start }: Spot, message: string): ScalarNode {
    // One such problem is enough: it may hold for thousands of nodes.
    if (!this.problems.some((problem) => problem.message === message && problem.offset === start)) {
      this.problems.push({ offset: start, path, message });
    }
    return nothing(start);
  }
}

function keyText({ value, source }: Scalar): string | undefined {
  if (typeof value === 'string') return unshield(value);
  return value === null ? undefined : source;
}

function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

function nothing(start: number): ScalarNode {
  return { kind: 'scalar', start, value: null };
}

import type { JsonValue } from '../sdk/index.ts';

/*
 * A document as it was written: values with the places that they stand at. Errors found long after parsing still
 * name line and column through it.
 */

export type Path = readonly (string | number)[];

interface Placed {
  /** Offset of the value in the text. */
  readonly start: number;
}

export interface ScalarNode extends Placed {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** What stands in the file, where the value was substituted into it. */
  readonly written?: string;
  /** The whole value is one placeholder, so that it may stand for a number or a boolean. */
  readonly whole?: boolean;
}

export interface MapNode extends Placed {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
}

export interface Entry {
  /** Offset of the key in the text. */
  readonly keyStart: number;
  readonly node: SourceNode;
}

export interface ListNode extends Placed {
  readonly kind: 'list';
  readonly items: readonly SourceNode[];
}

export type SourceNode = ScalarNode | MapNode | ListNode;

export function valueOf(node: SourceNode): JsonValue {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(valueOf);
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, valueOf(entry.node)]));
  }
}

/** The same further on in the text. */
export function moved<Node extends SourceNode>(node: Node, by: number): Node {
  if (by === 0) return node;
  const start = node.start + by;
  if (node.kind === 'list') return { ...node, start, items: node.items.map((item) => moved(item, by)) };
  if (node.kind === 'scalar') return { ...node, start };
  const entries = [...node.entries].map(
    ([key, { keyStart, node: inner }]) => [key, { keyStart: keyStart + by, node: moved(inner, by) }] as const,
  );
  return { ...node, start, entries: new Map(entries) };
}

function childOf(node: SourceNode, part: string | number): SourceNode | undefined {
  if (node.kind === 'map') return node.entries.get(String(part))?.node;
  if (node.kind === 'list') return node.items[Number(part)];
  return undefined;
}

export function nodeAt(root: SourceNode, path: Path): SourceNode | undefined {
  let node: SourceNode | undefined = root;
  for (const part of path) node = node && childOf(node, part);
  return node;
}

/**
 * Where a reader should look for `path`: at the value if it is a scalar, at its key if it is a map or a list, and
 * at the nearest ancestor that exists if it is missing.
 */
export function offsetOf(root: SourceNode, path: Path): number {
  let node = root;
  let offset = root.start;
  for (const part of path) {
    const child = childOf(node, part);
    if (!child) break;
    const keyStart = node.kind === 'map' ? node.entries.get(String(part))?.keyStart : undefined;
    offset = child.kind === 'scalar' ? child.start : (keyStart ?? child.start);
    node = child;
  }
  return offset;
}

/** Offset of the key that `path` ends with, for errors about the key itself. */
export function keyOffsetOf(root: SourceNode, path: Path): number {
  const parent = nodeAt(root, path.slice(0, -1));
  const entry = parent?.kind === 'map' ? parent.entries.get(String(path.at(-1))) : undefined;
  return entry?.keyStart ?? offsetOf(root, path);
}

/**
 * The path that a dotted field (`settings.headers[0].name`) means below `base`. Keys that contain dots are found
 * too, since the field is read along the keys that are really there. What is not there is the last part.
 */
export function pathOfField(root: SourceNode, base: Path, field: string): Path {
  const path = [...base];
  let node = nodeAt(root, base);
  let rest = field;
  while (node && rest !== '') {
    const part = firstPart(node, rest);
    if (part === undefined) break;
    path.push(part.key);
    rest = part.rest;
    node = childOf(node, part.key);
  }
  return rest === '' ? path : [...path, rest.replace(/^\./, '')];
}

function firstPart(node: SourceNode, field: string): { key: string | number; rest: string } | undefined {
  if (node.kind === 'list') {
    const index = /^\.?\[?(\d+)\]?/.exec(field);
    return index ? { key: Number(index[1]), rest: field.slice(index[0].length) } : undefined;
  }
  if (node.kind !== 'map') return undefined;
  const text = field.replace(/^\./, '');
  const key = [...node.entries.keys()]
    .filter((name) => text.startsWith(name) && ['', '.', '['].includes(text.charAt(name.length)))
    .sort((a, b) => b.length - a.length)[0];
  return key === undefined ? undefined : { key, rest: text.slice(key.length) };
}

/** Every scalar that something was substituted into. */
export function* substituted(node: SourceNode): Generator<ScalarNode> {
  if (node.kind === 'scalar') {
    if (node.written !== undefined) yield node;
  } else if (node.kind === 'list') {
    for (const item of node.items) yield* substituted(item);
  } else {
    for (const entry of node.entries.values()) yield* substituted(entry.node);
  }
}

/** The paths of all scalars that are one placeholder and nothing else. */
export function wholePlaceholders(node: SourceNode, path: Path = []): readonly Path[] {
  switch (node.kind) {
    case 'scalar':
      return node.whole === true ? [path] : [];
    case 'list':
      return node.items.flatMap((item, i) => wholePlaceholders(item, [...path, i]));
    case 'map':
      return [...node.entries].flatMap(([key, entry]) => wholePlaceholders(entry.node, [...path, key]));
  }
}

import type { Location } from './problem.ts';
import { resourceSections } from './resource-schema.ts';
import type { Entry, MapNode, Path, SourceNode } from './source-tree.ts';
import type { TextProblem } from './yaml-reader.ts';

export interface Merged {
  readonly root: SourceNode;
  readonly problems: readonly TextProblem[];
}

/**
 * The documents of several files as one. Tags, objects, tasks and triggers may be spread over files, each in one of
 * them; any other section stands in one file. What stands in two is a problem that names both places.
 */
export function mergeFiles(
  roots: readonly SourceNode[],
  placeOf: (offset: number) => Location | undefined,
): Merged {
  const [only, ...others] = roots;
  if (only && others.length === 0) return { root: only, problems: [] };
  const merge = new Merge(placeOf);
  for (const root of roots) merge.file(root);
  return {
    root: { kind: 'map', start: only?.start ?? 0, entries: merge.sections },
    problems: merge.problems,
  };
}

class Merge {
  readonly sections = new Map<string, Entry>();
  readonly problems: TextProblem[] = [];

  constructor(private readonly placeOf: (offset: number) => Location | undefined) {}

  file(root: SourceNode): void {
    if (root.kind === 'map') {
      for (const [name, entry] of root.entries) this.#section(name, entry);
    } else if (root.kind === 'list' || root.value !== null) {
      this.problems.push({ offset: root.start, path: [], message: 'must have sections such as "objects:"' });
    }
  }

  #section(name: string, entry: Entry): void {
    const known = this.sections.get(name);
    // What is commented out but for its name is meant to be left out.
    if (isNothing(entry.node)) return;
    if (!known) {
      this.sections.set(name, entry);
    } else if (name in resourceSections && known.node.kind === 'map' && entry.node.kind === 'map') {
      this.sections.set(name, { ...known, node: this.#entries(name, known.node, entry.node) });
    } else if (name !== '$schema') {
      this.#twice({ path: [name], first: known, second: entry });
    }
  }

  #entries(section: string, known: MapNode, added: MapNode): MapNode {
    const entries = new Map(known.entries);
    for (const [name, second] of added.entries) {
      const first = entries.get(name);
      if (first) this.#twice({ path: [section, name], first, second });
      else entries.set(name, second);
    }
    return { ...known, entries };
  }

  #twice({
    path,
    first,
    second,
  }: {
    readonly path: Path;
    readonly first: Entry;
    readonly second: Entry;
  }): void {
    const place = this.placeOf(first.keyStart);
    const where = place ? `in ${place.file}:${String(place.line)}` : 'elsewhere';
    this.problems.push({
      offset: second.keyStart,
      path,
      message: `stands ${where} already; keep one of them`,
    });
  }
}

function isNothing(node: SourceNode): boolean {
  return node.kind === 'scalar' && node.value === null;
}

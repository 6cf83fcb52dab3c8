import { gramsIn, gramSizes, hashAt, sizeFor } from './grams.ts';
import type { Literal, Needs } from './pattern-needs.ts';
import type { CallPattern } from './call-pattern.ts';

/** What can be found: something with a pattern. */
export interface Indexed {
  readonly pattern: CallPattern;
}

/**
 * Finds the patterns that fit a call without trying each. Every pattern is filed under a few characters that its
 * matches contain, the rarest among all patterns; the URL is walked through once, and only the patterns that are
 * filed under what stands in it are tried.
 */
export class RouteIndex<Entry extends Indexed> {
  readonly #entries: readonly Entry[];
  readonly #byGram = new Map<number, number[]>();
  readonly #sizes: readonly number[];
  /** Patterns that need nothing in particular: tried for each call. */
  readonly #rest: number[] = [];

  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
    const counts = countGrams(entries);
    const sizes = new Set<number>();
    for (const [position, { pattern }] of entries.entries()) {
      const filing = cheapest(pattern.needs, counts);
      if (!filing) this.#rest.push(position);
      for (const { hash, size } of filing?.grams ?? []) {
        sizes.add(size);
        this.#file(hash, position);
      }
    }
    this.#sizes = gramSizes.filter((size) => sizes.has(size));
  }

  /** The entries whose patterns fit, in the order in which they were given. */
  find(method: string, url: string): readonly Entry[] {
    const candidates = new Set(this.#rest);
    for (const size of this.#sizes) {
      for (let at = 0; at + size <= url.length; at++) {
        const filed = this.#byGram.get(hashAt(url, at, size));
        if (filed) for (const position of filed) candidates.add(position);
      }
    }
    return [...candidates]
      .sort((one, other) => one - other)
      .flatMap((position) => this.#entries[position] ?? [])
      .filter(({ pattern }) => pattern.fits(method, url));
  }

  #file(hash: number, position: number): void {
    const filed = this.#byGram.get(hash);
    if (!filed) this.#byGram.set(hash, [position]);
    else if (filed.at(-1) !== position) filed.push(position);
  }
}

interface Gram {
  readonly hash: number;
  readonly size: number;
}

/** Under what to file a pattern, and how many patterns have the same. */
interface Filing {
  readonly grams: readonly Gram[];
  readonly cost: number;
}

/** How many patterns have a gram, roughly: different ones may share a counter. */
class GramCounts {
  readonly #counters: Uint32Array;

  constructor(patterns: number) {
    this.#counters = new Uint32Array(2 ** Math.ceil(Math.log2(64 * patterns + 1)));
  }

  add(hash: number): void {
    const at = this.#at(hash);
    this.#counters[at] = this.of(hash) + 1;
  }

  of(hash: number): number {
    return this.#counters[this.#at(hash)] ?? 0;
  }

  #at(hash: number): number {
    return (hash ^ (hash >>> 15)) & (this.#counters.length - 1);
  }
}

function countGrams(entries: readonly Indexed[]): GramCounts {
  const counts = new GramCounts(entries.length);
  for (const { pattern } of entries) {
    for (const { text } of literalsOf(pattern.needs)) {
      for (const hash of gramsIn(text)) counts.add(hash);
    }
  }
  return counts;
}

function* literalsOf({ literals, choices }: Needs): Generator<Literal> {
  yield* literals;
  for (const branches of choices) for (const branch of branches) yield* literalsOf(branch);
}

/** Undefined when nothing is needed that could be looked for. */
function cheapest({ literals, choices }: Needs, counts: GramCounts): Filing | undefined {
  const filings = [
    ...literals.map(({ text }) => rarest(text, counts)),
    ...choices.map((branches) => together(branches.map((branch) => cheapest(branch, counts)))),
  ];
  return filings.reduce(
    (best, filing) => (!best || (filing && filing.cost < best.cost) ? filing : best),
    undefined,
  );
}

/** Of a choice each branch has to be filed, or it would be missed. */
function together(filings: readonly (Filing | undefined)[]): Filing | undefined {
  const all = filings.flatMap((filing) => filing ?? []);
  if (all.length < filings.length) return undefined;
  return { grams: all.flatMap(({ grams }) => grams), cost: all.reduce((sum, { cost }) => sum + cost, 0) };
}

function rarest(text: string, counts: GramCounts): Filing | undefined {
  const size = sizeFor(text);
  if (size === undefined) return undefined;
  let [best, cost] = [0, Infinity];
  for (const hash of gramsIn(text)) {
    const count = counts.of(hash);
    if (count < cost) [best, cost] = [hash, count];
  }
  return { grams: [{ hash: best, size }], cost };
}

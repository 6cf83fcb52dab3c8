import { setImmediate as nextTurn } from 'node:timers/promises';

/*
 * Finds rows by what no index answers. Among millions this would take seconds, in which nothing else could be read or
 * written: so it walks along an index in short stretches, lets others in between, and after a while gives what it has
 * found, with the place where to go on.
 */

/** How far it walks. */
export interface WalkLimits {
  /** Rows that are looked at in one statement. */
  readonly stretch: number;
  /** Time after which it gives up until the next page, ms. */
  readonly patienceMs: number;
}

/** A row that was looked at. */
interface Looked {
  readonly id: string;
  /** 1: it is one of those that are looked for. */
  readonly hit: number | string;
}

export interface Walk<Row extends Looked> {
  /** Rows to find. */
  readonly limit: number;
  /** As many as a stretch has, beyond a row, in the order of the walk; undefined is the beginning. */
  readonly stretchOf: (beyond: Row | undefined, stretch: number) => Promise<readonly Row[]>;
}

/** Ids of what was found, and where to go on. */
export interface Found<Row> {
  readonly ids: readonly string[];
  /** The last row of this page. */
  readonly next?: Row;
}

const usual: WalkLimits = { stretch: 200, patienceMs: 250 };

export async function walk<Row extends Looked>(
  { limit, stretchOf }: Walk<Row>,
  { stretch, patienceMs }: WalkLimits = usual,
): Promise<Found<Row>> {
  const found: Row[] = [];
  const deadline = performance.now() + patienceMs;
  let last: Row | undefined;
  for (;;) {
    const rows = await stretchOf(last, stretch);
    // PostgreSQL gives numbers of some kinds as text.
    found.push(...rows.filter(({ hit }) => Number(hit) === 1));
    if (found.length > limit) return result(found.slice(0, limit), found[limit - 1]);
    last = rows.at(-1);
    if (!last || rows.length < stretch) return result(found);
    if (performance.now() >= deadline) return result(found, last);
    await nextTurn();
  }
}

function result<Row extends Looked>(found: readonly Row[], next?: Row): Found<Row> {
  return { ids: found.map(({ id }) => id), ...(next && { next }) };
}

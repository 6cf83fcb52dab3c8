import type { PageRequest, TimeRange } from '../kernel/ports.ts';

/** How far the time in an id may lie from the time beside it: clocks are set back now and then. */
export const slack = 24 * 3_600_000;
/** The latest that an id can say. */
export const lastTime = 2 ** 48 - 1;

/** The exact condition on a time. */
export function timeRange(column: string, { from, to }: TimeRange) {
  if (from === undefined && to === undefined) return {};
  return { [column]: { ...(from !== undefined && { $gte: from }), ...(to !== undefined && { $lt: to }) } };
}

/**
 * The condition on the id: what follows the cursor, and roughly the time asked for. Times are not indexed; but ids
 * are, and begin with the time (UUIDv7).
 */
export function idRange({ from, to, cursor }: PageRequest, oldestFirst = false) {
  const [after, before] = oldestFirst ? [cursor, undefined] : [undefined, cursor];
  const least = from === undefined ? undefined : idAt(from - slack);
  const latest = to === undefined ? undefined : idAt(to + slack);
  const below = before !== undefined && (latest === undefined || before < latest) ? before : latest;
  if ([least, below, after].every((bound) => bound === undefined)) return {};
  return {
    id: {
      ...(least !== undefined && { $gte: least }),
      ...(after !== undefined && { $gt: after }),
      ...(below !== undefined && { $lt: below }),
    },
  };
}

/** What all UUIDv7 of a moment begin with. */
export function idAt(time: number): string {
  const hex = Math.min(Math.max(Math.trunc(time), 0), lastTime)
    .toString(16)
    .padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

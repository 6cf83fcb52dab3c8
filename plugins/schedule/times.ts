/** A row of times in their order: instants (epoch ms), or times on a clock on the wall (see local-time.ts). */
export interface Times {
  /** The first one later than this; undefined when there is none any more. */
  next(after: number): number | undefined;
}

/** All times of several rows. */
export function union(rows: readonly Times[]): Times {
  const [only] = rows;
  if (only && rows.length === 1) return only;
  return {
    next(after) {
      const found = rows.flatMap((row) => row.next(after) ?? []);
      return found.length === 0 ? undefined : Math.min(...found);
    },
  };
}

/** The times of a row from `first` to `last`, both included. */
export function between(row: Times, first: number, last: number): Times {
  return {
    next(after) {
      const found = row.next(Math.max(after, first - 1));
      return found === undefined || found > last ? undefined : found;
    },
  };
}

/** One time. */
export function single(time: number): Times {
  return { next: (after) => (after < time ? time : undefined) };
}

/** A steady pace: `phase` and all times that are whole steps from it. */
export function pace(stepMs: number, phase: number): Times {
  return { next: (after) => phase + (Math.floor((after - phase) / stepMs) + 1) * stepMs };
}

import { dayMs } from './local-time.ts';

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
      // A row may have to look far for what does not count any more.
      if (after >= last) return undefined;
      const found = row.next(Math.max(after, first - 1));
      return found === undefined || found > last ? undefined : found;
    },
  };
}

/** Times of day, ms since midnight, in their order, on each of some days; these are told by their midnights. */
export function onDays(days: Times, timesOfDay: readonly number[]): Times {
  return {
    next(after) {
      const midnight = Math.floor(after / dayMs) * dayMs;
      const later = timesOfDay.find((time) => midnight + time > after);
      const day = days.next(later === undefined ? midnight : midnight - 1);
      if (day === undefined) return undefined;
      return day + ((day === midnight ? later : timesOfDay[0]) ?? 0);
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

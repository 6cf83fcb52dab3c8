import type { Clock } from '../clock.ts';

/** A clock that stands still until a test moves it. */
export interface MovableClock extends Clock {
  /** Puts the clock forward or back, and rings for whoever waits. */
  set(time: Date | string | number): void;
}

/** Starts at a time: a `Date`, RFC 3339, or epoch milliseconds. */
export function movableClock(start: Date | string | number): MovableClock {
  let now = new Date(start).getTime();
  const waiting = new Set<{ readonly ring: () => void }>();
  return {
    now: () => now,
    wake(at, ring) {
      const entry = { ring };
      waiting.add(entry);
      if (at <= now) setImmediate(() => waiting.delete(entry) && ring());
      return () => waiting.delete(entry);
    },
    set(time) {
      now = new Date(time).getTime();
      // Each time that it is moved, as the clock of a machine is looked at each minute.
      for (const entry of [...waiting]) {
        if (waiting.delete(entry)) entry.ring();
      }
    },
  };
}

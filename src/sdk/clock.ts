/** The time, as Signalbox sees it. Instants are epoch milliseconds. */
export interface Clock {
  now(): number;
  /**
   * Rings once, when `at` has come: also when the clock was put forward, or the machine has slept past it. Rings, too,
   * a minute later at the latest, so that whoever waits can see a clock that was put back. Gives what calls it off.
   */
  wake(at: number, ring: () => void): () => void;
}

/** How long a change of the wall clock may stay unseen, ms. Far below the longest timer of Node.js, 2^31 ms. */
const lookEveryMs = 60_000;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  wake(at, ring) {
    const timer = setTimeout(ring, Math.min(Math.max(at - Date.now(), 0), lookEveryMs));
    return () => {
      clearTimeout(timer);
    };
  },
};

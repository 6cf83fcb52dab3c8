/** Lets so many through in so many ms, and counts those that it does not. */
export class Allowance {
  readonly #most: number;
  readonly #withinMs: number;
  #since = 0;
  #taken = 0;
  #missed = 0;

  constructor({ most, withinMs }: { readonly most: number; readonly withinMs: number }) {
    this.#most = most;
    this.#withinMs = withinMs;
  }

  /** Whether one more may pass. `missed`: how many did not in the time before, told once. */
  take(now = Date.now()): { readonly passes: boolean; readonly missed: number } {
    // A clock that was set back begins anew, too.
    const isNew = Math.abs(now - this.#since) >= this.#withinMs;
    const missed = isNew ? this.#missed : 0;
    if (isNew) {
      this.#since = now;
      this.#taken = 0;
      this.#missed = 0;
    }
    const passes = this.#taken < this.#most;
    if (passes) this.#taken++;
    else this.#missed++;
    return { passes, missed };
  }
}

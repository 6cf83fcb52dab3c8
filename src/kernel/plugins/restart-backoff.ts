export interface RestartPolicy {
  /** The shortest delay before a plugin is started again, ms. */
  readonly minMs: number;
  /** The longest, ms. */
  readonly maxMs: number;
  /** Up for this long, ms, a plugin is taken for healthy: its next failure counts as the first again. */
  readonly healthyMs: number;
}

export const restartPolicy: RestartPolicy = { minMs: 1_000, maxMs: 300_000, healthyMs: 60_000 };

/** When to start a plugin again that has failed. */
export class RestartBackoff {
  readonly #policy: RestartPolicy;
  readonly #random: () => number;
  #failures = 0;

  constructor(policy: RestartPolicy = restartPolicy, random: () => number = Math.random) {
    this.#policy = policy;
    this.#random = random;
  }

  /**
   * Milliseconds to wait after a failure of a plugin that had been up for `upMs` (0 when its start failed). The
   * ceiling doubles with each failure in a row; half of it is fixed and half is drawn, so that plugins which failed
   * together part.
   */
  next(upMs: number): number {
    const { minMs, maxMs, healthyMs } = this.#policy;
    this.#failures = upMs >= healthyMs ? 1 : this.#failures + 1;
    const ceiling = Math.min(maxMs, minMs * 2 ** this.#failures);
    return ceiling / 2 + (this.#random() * ceiling) / 2;
  }
}

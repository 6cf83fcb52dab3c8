export interface RestartPolicy {
  /** The shortest delay before a plugin is started again, ms. */
  readonly minMs: number;
  /** The longest, ms. */
  readonly maxMs: number;
  /** Up for this long, ms, a plugin is taken for healthy: its next failure counts as the first again. */
  readonly healthyMs: number;
}

export const restartPolicy: RestartPolicy = { minMs: 1_000, maxMs: 300_000, healthyMs: 60_000 };

/**
 * Milliseconds before the restart that follows the `failures`-th failure in a row (from 1). The ceiling doubles with
 * each failure; half of it is fixed and half is drawn, so that plugins which failed together part.
 */
export function restartDelay(
  failures: number,
  { minMs, maxMs }: RestartPolicy,
  random: () => number = Math.random,
): number {
  const ceiling = Math.min(maxMs, minMs * 2 ** failures);
  return Math.max(minMs, ceiling / 2 + (random() * ceiling) / 2);
}

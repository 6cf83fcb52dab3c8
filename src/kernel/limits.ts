import type { AdmissionLimits } from './stream/admission.ts';

export const KERNEL_LIMITS = Symbol('KernelLimits');

/** How much of everything at one time. Durations are milliseconds. */
export interface KernelLimits {
  readonly ingest: AdmissionLimits & {
    /** Events of at most so many requests are stored in one transaction. */
    readonly groupSize: number;
  };
  readonly routing: {
    /** Causes that an event may have before it; longer chains are stopped. */
    readonly maxDepth: number;
    /** Objects of one type that may come into being by events. */
    readonly maxRegistered: number;
  };
  readonly dispatch: DispatchLimits;
}

export interface DispatchLimits {
  /** Runs at one time over all targets. */
  readonly concurrency: number;
  /** Ready runs that memory holds; the rest wait in the database. */
  readonly memoryRuns: number;
  /** About how many bytes the events of those runs may take. */
  readonly memoryBytes: number;
  /** Ready runs that memory holds of one target. */
  readonly memoryRunsPerTarget: number;
  /** Outcomes that may wait for the disk before nothing more is started. */
  readonly maxUnsettled: number;
  /** Held runs of one target that are made ready at first, once it is well again; twice as many in each second after it. */
  readonly firstRelease: number;
  /** How long a shutdown waits for running actions before it aborts them. */
  readonly graceMs: number;
}

export const defaultLimits: KernelLimits = {
  ingest: { maxWaiting: 10_000, maxWaitingBytes: 64 * 1024 * 1024, patienceMs: 2_000, groupSize: 500 },
  routing: { maxDepth: 8, maxRegistered: 100_000 },
  dispatch: {
    concurrency: 256,
    memoryRuns: 10_000,
    memoryBytes: 64 * 1024 * 1024,
    memoryRunsPerTarget: 2_000,
    maxUnsettled: 2_000,
    firstRelease: 50,
    graceMs: 5_000,
  },
};

import type { AttemptRecord, RunRecord } from '../../domain/records.ts';
import type { QueuedRun, Settlement } from '../ports.ts';

/** A run that has failed for good. */
export interface Failure extends QueuedRun {
  readonly reason: string;
  /** Attempts that were made. */
  readonly attempts: number;
}

/** A target whose runs are held from now on, since it does nothing but fail. */
export interface Ailment {
  /** `<object type>/<key>`. */
  readonly target: string;
  /** Failed attempts in a row. */
  readonly failures: number;
  /** Of the last one. */
  readonly error: string;
}

/** A run that is in another state than before. */
export interface RunChange extends QueuedRun {
  /** The one that has brought it there. */
  readonly attempt?: AttemptRecord;
}

/** The run as the settlement leaves it on disk. */
export function settledRun({ run, event }: QueuedRun, settlement: Settlement): RunChange {
  const { state, reason, attempts, dueAt, startedAt, finishedAt, attempt } = settlement;
  const { reason: _, ...rest } = run;
  const settled: RunRecord = {
    ...rest,
    ...{ state, attempts, dueAt },
    ...(reason !== undefined && { reason }),
    ...(startedAt !== undefined && { startedAt }),
    ...(finishedAt !== undefined && { finishedAt }),
  };
  return { run: settled, event, ...(attempt && { attempt }) };
}

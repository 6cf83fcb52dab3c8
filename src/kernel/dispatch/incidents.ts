import type { EventRecord } from '../../domain/records.ts';
import type { QueuedRun } from '../ports.ts';

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

/** A target that was switched off because it says that it is gone, or has been failing for too long. */
export interface Disabling {
  /** `<object type>/<key>`. */
  readonly target: string;
  readonly reason: string;
  /** The event whose run heard of it. */
  readonly event: EventRecord;
}

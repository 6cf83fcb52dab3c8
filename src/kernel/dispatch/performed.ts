import type { Settlement } from '../ports.ts';

/** What came of an attempt. */
export interface Performed {
  readonly settlement: Settlement;
  /** What it tells of the target; nothing where the attempt ended before that. */
  readonly answer?: 'answered' | 'failed';
  /** What the action threw, for the dispatcher to look at. */
  readonly error?: unknown;
}

import type { JsonObject } from './json.ts';
import type { Cause } from './object-type.ts';

/**
 * What a notice is about. `started`: Signalbox takes events. `plugin`: one went down, or is up again. `object`: one
 * was switched off by Signalbox itself. `task`: one was created, updated or removed. `run`: one has failed for good.
 * `chain`: events led to one another without end and were stopped.
 */
export type NoticeKind = 'started' | 'plugin' | 'object' | 'task' | 'run' | 'chain';

/** Something that Signalbox itself has to say. */
export interface Notice {
  /** Unique: as an event's id it keeps what is told twice from being stored twice. */
  readonly id: string;
  readonly kind: NoticeKind;
  readonly level: 'message' | 'warning' | 'error';
  /** For people, one sentence. */
  readonly message: string;
  /** What it is about, by name: `{ task: 'tell-ops', change: 'created' }`. */
  readonly data: JsonObject;
  readonly time: Date;
  /** The event that led to it. */
  readonly causedBy?: Cause;
}

import type { EventRecord } from '../../domain/records.ts';
import type { JsonValue } from '../../sdk/index.ts';
import { rfc3339Of } from '../validation/rfc3339.ts';

export interface EventView {
  readonly id: string;
  readonly type: string;
  /** Key of the object that it is about. */
  readonly object?: string;
  readonly source: string;
  /** The id that the sender gave it. */
  readonly sourceId?: string;
  readonly time: string;
  readonly receivedAt: string;
  readonly data: JsonValue;
  /** Id of the event whose task caused it. */
  readonly causedBy?: string;
  /** How many causes there were before it. */
  readonly depth: number;
  /** There were too many: it has fired nothing. */
  readonly stopped?: true;
}

/** `maxDepth` is how many causes an event may have before it. */
export function eventView(event: EventRecord, maxDepth = Infinity): EventView {
  return {
    id: event.id,
    type: event.type,
    ...(event.object !== undefined && { object: event.object }),
    source: event.source,
    ...(event.sourceId !== undefined && { sourceId: event.sourceId }),
    time: rfc3339Of(event.time),
    receivedAt: rfc3339Of(event.receivedAt),
    data: event.data,
    ...(event.causedBy !== undefined && { causedBy: event.causedBy }),
    depth: event.depth,
    ...(event.depth > maxDepth && { stopped: true }),
  };
}

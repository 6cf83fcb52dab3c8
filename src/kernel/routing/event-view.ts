import type { EventRecord, ObjectRecord } from '../../domain/records.ts';
import { splitName } from '../../domain/records.ts';
import { nameIn } from '../../domain/name-in-data.ts';
import type { EventView } from '../../sdk/index.ts';

/**
 * The event as plugins, filters and templates see it. An object that is not in the directory, say because the event
 * tells of its end, is called by the text `name` of the data, or else by its key.
 */
export function eventView(event: EventRecord, object: ObjectRecord | undefined): EventView {
  return {
    id: event.id,
    source: event.source,
    type: event.type,
    time: new Date(event.time).toISOString(),
    data: event.data,
    depth: event.depth,
    ...(event.object !== undefined && {
      object: {
        type: splitName(event.type).type,
        key: event.object,
        name: object?.name ?? nameIn(event.data) ?? event.object,
        tags: object?.tags ?? [],
      },
    }),
  };
}

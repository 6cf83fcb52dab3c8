import type { EventRecord, ObjectRecord } from '../../domain/records.ts';
import { splitName } from '../../domain/records.ts';
import type { EventView } from '../../sdk/index.ts';

/** The event as plugins, filters and templates see it. An object that is not in the directory has its key as name. */
export function eventView(event: EventRecord, object: ObjectRecord | undefined): EventView {
  return {
    id: event.id,
    source: event.source,
    type: event.type,
    time: new Date(event.time).toISOString(),
    data: event.data,
    ...(event.object !== undefined && {
      object: {
        type: splitName(event.type).type,
        key: event.object,
        name: object?.name ?? event.object,
        tags: object?.tags ?? [],
      },
    }),
  };
}

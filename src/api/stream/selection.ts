import { splitName } from '../../domain/records.ts';
import type { CausingEvent, LiveChange } from '../../kernel/live/live-feed.ts';
import type { StreamQueryDto } from './stream-query.dto.ts';

export type Selection = (change: LiveChange) => boolean;

/** Whether a change is among those that a reader of the stream has asked for. */
export function selectionOf({ kinds, type, object, task, state }: StreamQueryDto): Selection {
  return (change) => {
    if (kinds && !kinds.includes(change.kind)) return false;
    if (type !== undefined && change.event?.type !== type) return false;
    if (change.kind === 'event')
      return task === undefined && !state && (object === undefined || refOf(change.event) === object);
    const { run, event } = change;
    if (task !== undefined && run.taskId !== task) return false;
    if (state && !state.includes(run.state)) return false;
    return object === undefined || run.target === object || (event && refOf(event) === object) === true;
  };
}

function refOf({ type, object }: CausingEvent): string | undefined {
  return object === undefined ? undefined : `${splitName(type).type}/${object}`;
}

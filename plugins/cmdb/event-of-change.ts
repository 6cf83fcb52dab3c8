import type { JsonObject, ObjectChange } from 'signalbox/sdk';
import { changesOf, type Change } from './changes.ts';

/** The fields of an object, which were JSON when they were saved. */
type Fields = Readonly<Record<string, unknown>>;

type ChangeEvent =
  | { readonly event: 'created'; readonly data: { readonly object_after: JsonObject } }
  | {
      readonly event: 'updated';
      readonly data: {
        readonly object_before: JsonObject;
        readonly object_after: JsonObject;
        readonly changes: readonly Change[];
      };
    }
  | { readonly event: 'deleted'; readonly data: { readonly object_before: JsonObject } };

/** What a change of an object is as an event. Only its fields count: name and tags are Signalbox's own. */
export function eventOfChange({ before, after }: ObjectChange<Fields>): ChangeEvent | undefined {
  const [was, is] = [before?.settings as JsonObject | undefined, after?.settings as JsonObject | undefined];
  if (!was) return is && { event: 'created', data: { object_after: is } };
  if (!is) return { event: 'deleted', data: { object_before: was } };
  const changes = changesOf(was, is);
  return changes.length === 0
    ? undefined
    : { event: 'updated', data: { object_before: was, object_after: is, changes } };
}

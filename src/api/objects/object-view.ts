import type { ObjectRecord, ObjectState } from '../../domain/records.ts';
import type { JsonObject } from '../../sdk/index.ts';
import { rfc3339Of } from '../validation/rfc3339.ts';
import { managedView, type ManagedView } from '../resources/managed-view.ts';

export interface ObjectView extends ManagedView {
  readonly type: string;
  readonly key: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly tags: readonly string[];
  /** Secrets masked. */
  readonly settings: JsonObject;
  /** What events have told of it last, and when that one happened. */
  readonly state?: JsonObject;
  readonly stateAt?: string;
  /** Where it takes what other systems post; of inbound endpoints only. */
  readonly inbound?: string;
}

export function objectView(
  object: ObjectRecord,
  {
    settings,
    told,
    inbound,
  }: {
    readonly settings: JsonObject;
    readonly told: ObjectState | undefined;
    readonly inbound: boolean;
  },
): ObjectView {
  const { type, key, name, enabled, tags } = object;
  return {
    ...{ type, key, name, enabled, tags, settings },
    ...(told && { state: told.state, stateAt: rfc3339Of(told.at) }),
    ...(inbound && { inbound: `/api/ingest/${encodeURIComponent(key)}` }),
    ...managedView(object),
  };
}

import type { ObjectRecord, ObjectState } from '../../domain/records.ts';
import type { TargetHealthView } from '../../kernel/dispatch/target-health.ts';
import type { JsonObject } from '../../sdk/index.ts';
import { rfc3339Of } from '../validation/rfc3339.ts';
import { managedView, type ManagedView } from '../resources/managed-view.ts';

interface ObjectHealthView {
  readonly state: 'failing';
  /** When the first of the failures was. */
  readonly since: string;
  /** In a row. */
  readonly failures: number;
  /** Of the last one. */
  readonly error: string;
  /** When one of the held runs is tried. */
  readonly nextProbeAt: string;
}

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
  /** There while it does nothing but fail: its runs are held. */
  readonly health?: ObjectHealthView;
  /** What its type has to say of it; only where one object is shown. */
  readonly summary?: JsonObject;
  /** Where it takes what other systems post; of inbound endpoints only. */
  readonly inbound?: string;
}

export function objectView(
  object: ObjectRecord,
  {
    settings,
    told,
    inbound,
    health,
    summary,
  }: {
    readonly settings: JsonObject;
    readonly told: ObjectState | undefined;
    readonly inbound: boolean;
    readonly health: TargetHealthView | undefined;
    readonly summary?: JsonObject | undefined;
  },
): ObjectView {
  const { type, key, name, enabled, tags } = object;
  return {
    ...{ type, key, name, enabled, tags, settings },
    ...(told && { state: told.state, stateAt: rfc3339Of(told.at) }),
    ...(health && { health: healthView(health) }),
    ...(summary && { summary }),
    ...(inbound && { inbound: `/api/ingest/${encodeURIComponent(key)}` }),
    ...managedView(object),
  };
}

function healthView({ since, failures, error, nextProbeAt }: TargetHealthView): ObjectHealthView {
  return {
    state: 'failing',
    since: rfc3339Of(since),
    failures,
    error,
    nextProbeAt: rfc3339Of(nextProbeAt),
  };
}

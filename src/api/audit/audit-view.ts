import type { Actor, AuditAction, AuditKind, AuditRecord } from '../../domain/audit.ts';
import type { JsonObject } from '../../sdk/index.ts';
import { rfc3339Of } from '../validation/rfc3339.ts';

/** Who did what, and when. */
export interface AuditView {
  readonly id: string;
  readonly time: string;
  readonly actor: Actor;
  readonly action: AuditAction;
  readonly resource: {
    readonly kind: AuditKind;
    /** Absent for what was done to many, or to nothing that there is. */
    readonly id?: string;
    /** What it was called. */
    readonly name?: string;
  };
  /** As it was; of an update the fields that differ. Secrets are masked. */
  readonly before?: JsonObject;
  readonly after?: JsonObject;
  /** Of an update: what differs, secrets included. */
  readonly changed?: readonly string[];
  readonly details?: JsonObject;
  readonly requestId?: string;
  /** Where the request came from. */
  readonly address?: string;
  /** Id of the event that led to it. */
  readonly causedBy?: string;
}

export function auditView({ kind, resource, name, causedBy, ...entry }: AuditRecord): AuditView {
  return {
    ...entry,
    time: rfc3339Of(entry.time),
    resource: { kind, ...(resource !== undefined && { id: resource }), ...(name !== undefined && { name }) },
    ...(causedBy && { causedBy: causedBy.id }),
  };
}

import type { Cause, JsonObject } from '../sdk/index.ts';

/* Who did what: entries that are added and never changed. */

/**
 * `token` and `user` come over the API; `setup` is whoever has the setup token; `config` the configuration file at a start;
 * `signalbox` Signalbox itself; `nobody` somebody who has not said who he is.
 */
export const actorKinds = ['user', 'token', 'setup', 'config', 'signalbox', 'nobody'] as const;
export type ActorKind = (typeof actorKinds)[number];

/** Who has done something. */
export interface Actor {
  readonly kind: ActorKind;
  /** Of the user or the token. */
  readonly name?: string;
  /** Of the token: names may be given anew. */
  readonly id?: string;
  /** Id of the session that a user did it in. */
  readonly session?: string;
}

export const auditKinds = [
  'object',
  'tag',
  'task',
  'trigger',
  'user',
  'token',
  'run',
  'config',
  'key',
] as const;
/** What something was done to. */
export type AuditKind = (typeof auditKinds)[number];

export const auditActions = [
  'created',
  'updated',
  'removed',
  'disabled',
  'applied',
  'run',
  'fired',
  'tested',
  'retried',
  'cancelled',
  'logged_in',
  'login_failed',
  'logged_out',
  'password_changed',
  'rotated',
] as const;
export type AuditAction = (typeof auditActions)[number];

/** One thing that was done. */
export interface AuditRecord {
  /** UUIDv7. */
  readonly id: string;
  /** Epoch ms. */
  readonly time: number;
  readonly actor: Actor;
  readonly action: AuditAction;
  readonly kind: AuditKind;
  /** Id among those of its kind: `webhook/ops`, `tell-ops`, `alice`. Absent for what was done to many, or to nothing that there is. */
  readonly resource?: string;
  /** What the resource was called. */
  readonly name?: string;
  /** As it was; of an update what differs. Secrets are masked. */
  readonly before?: JsonObject;
  readonly after?: JsonObject;
  /** Of an update: what differs, `settings.auth.token`, secrets included. */
  readonly changed?: readonly string[];
  /** What else there is to say, by the action. */
  readonly details?: JsonObject;
  readonly requestId?: string;
  /** Where the request came from. */
  readonly address?: string;
  /** The event that led to it. */
  readonly causedBy?: Cause;
}

/** `user/alice`, `token/ci`, `signalbox`. */
export function actorText({ kind, name }: Pick<Actor, 'kind' | 'name'>): string {
  return name === undefined ? kind : `${kind}/${name}`;
}

import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import type { ActorKind, AuditAction, AuditKind, AuditRecord } from '../../domain/audit.ts';
import type { JsonObject } from '../../sdk/index.ts';
import { epoch, json } from './columns.ts';

export const AuditEntity = defineEntity({
  name: 'Audit',
  properties: {
    id: p.text().primary(),
    time: epoch(),
    actor: p.text(),
    actorId: p.text().nullable(),
    session: p.text().nullable(),
    action: p.text().$type<AuditAction>(),
    kind: p.text().$type<AuditKind>(),
    resource: p.text().nullable(),
    name: p.text().nullable(),
    before: json<JsonObject>().nullable(),
    after: json<JsonObject>().nullable(),
    changed: json<readonly string[]>().nullable(),
    details: json<JsonObject>().nullable(),
    requestId: p.text().nullable(),
    address: p.text().nullable(),
    causedBy: p.text().nullable(),
    depth: p.integer().nullable(),
  },
  indexes: [{ name: 'audit_resource', properties: ['kind', 'resource', 'id'] }],
});

export function toAudit(row: InferEntity<typeof AuditEntity>): AuditRecord {
  const { id, time, actor, actorId, session, action, kind, causedBy, depth, ...rest } = row;
  const slash = actor.indexOf('/');
  return {
    id,
    time,
    actor: {
      kind: (slash === -1 ? actor : actor.slice(0, slash)) as ActorKind,
      ...(slash !== -1 && { name: actor.slice(slash + 1) }),
      ...given({ id: actorId, session }),
    },
    action,
    kind,
    ...given(rest),
    ...(causedBy != null && { causedBy: { id: causedBy, depth: depth ?? 0 } }),
  };
}

/** Without the columns that are empty. */
function given<Row extends object>(row: Row): { readonly [Key in keyof Row]?: NonNullable<Row[Key]> } {
  const entries = Object.entries(row).filter(([, value]) => value != null);
  return Object.fromEntries(entries) as { readonly [Key in keyof Row]?: NonNullable<Row[Key]> };
}

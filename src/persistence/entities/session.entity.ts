import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import type { SessionKind, SessionRecord } from '../../kernel/identity-store.ts';
import { epoch } from './columns.ts';

export const SessionEntity = defineEntity({
  name: 'Session',
  properties: {
    id: p.text().primary(),
    user: p.text().fieldName('user_name'),
    hash: p.text(),
    kind: p.text().$type<SessionKind>(),
    createdAt: epoch(),
    lastUsedAt: epoch(),
    expiresAt: epoch(),
  },
});

export function toSession(row: InferEntity<typeof SessionEntity>): SessionRecord {
  const { id, user, hash, kind, createdAt, lastUsedAt, expiresAt } = row;
  return { id, user, hash, kind, createdAt, lastUsedAt, expiresAt };
}

import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import type { UserRecord } from '../../kernel/identity-store.ts';
import { epoch, json } from './columns.ts';

/** Not `user`, which PostgreSQL takes for a function wherever somebody forgets the quotes. */
export const LocalUserEntity = defineEntity({
  name: 'LocalUser',
  properties: {
    name: p.text().primary(),
    passwordHash: p.text(),
    scopes: json<readonly string[]>(),
    enabled: p.boolean(),
    createdAt: epoch(),
    updatedAt: epoch(),
    lastLoginAt: epoch().nullable(),
  },
});

export function toUser(row: InferEntity<typeof LocalUserEntity>): UserRecord {
  const { name, passwordHash, scopes, enabled, createdAt, updatedAt, lastLoginAt } = row;
  return {
    name,
    passwordHash,
    scopes,
    enabled,
    createdAt,
    updatedAt,
    ...(lastLoginAt != null && { lastLoginAt }),
  };
}

export function userRow(user: UserRecord) {
  return { ...user, lastLoginAt: user.lastLoginAt ?? null };
}

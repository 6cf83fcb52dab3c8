import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import type { TokenRecord } from '../../kernel/identity-store.ts';
import { epoch, json } from './columns.ts';

export const TokenEntity = defineEntity({
  name: 'Token',
  properties: {
    id: p.text().primary(),
    name: p.text(),
    hash: p.text(),
    scopes: json<readonly string[]>(),
    createdAt: epoch(),
    updatedAt: epoch().nullable(),
    createdBy: p.text().nullable(),
    expiresAt: epoch().nullable(),
    lastUsedAt: epoch().nullable(),
  },
});

export function toToken(row: InferEntity<typeof TokenEntity>): TokenRecord {
  const { id, name, hash, scopes, createdAt, updatedAt, createdBy, expiresAt, lastUsedAt } = row;
  return {
    id,
    name,
    hash,
    scopes,
    createdAt,
    ...(updatedAt != null && { updatedAt }),
    ...(createdBy != null && { createdBy }),
    ...(expiresAt != null && { expiresAt }),
    ...(lastUsedAt != null && { lastUsedAt }),
  };
}

export function tokenRow(token: TokenRecord) {
  const { updatedAt = null, createdBy = null, expiresAt = null, lastUsedAt = null } = token;
  return { ...token, updatedAt, createdBy, expiresAt, lastUsedAt };
}

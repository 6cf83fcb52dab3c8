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
    createdBy: p.text().nullable(),
    expiresAt: epoch().nullable(),
    lastUsedAt: epoch().nullable(),
  },
});

export function toToken(row: InferEntity<typeof TokenEntity>): TokenRecord {
  const { id, name, hash, scopes, createdAt, createdBy, expiresAt, lastUsedAt } = row;
  return {
    id,
    name,
    hash,
    scopes,
    createdAt,
    ...(createdBy != null && { createdBy }),
    ...(expiresAt != null && { expiresAt }),
    ...(lastUsedAt != null && { lastUsedAt }),
  };
}

export function tokenRow(token: TokenRecord) {
  const { createdBy = null, expiresAt = null, lastUsedAt = null } = token;
  return { ...token, createdBy, expiresAt, lastUsedAt };
}

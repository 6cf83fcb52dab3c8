import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import type { TokenRecord } from '../../kernel/ports.ts';
import { epoch, json } from './columns.ts';

export const TokenEntity = defineEntity({
  name: 'Token',
  properties: {
    id: p.text().primary(),
    name: p.text(),
    hash: p.text(),
    scopes: json<readonly string[]>(),
    createdAt: epoch(),
  },
});

export function toToken(row: InferEntity<typeof TokenEntity>): TokenRecord {
  const { id, name, hash, scopes, createdAt } = row;
  return { id, name, hash, scopes, createdAt };
}

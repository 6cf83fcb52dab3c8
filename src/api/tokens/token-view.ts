import type { TokenRecord } from '../../kernel/identity-store.ts';
import { rfc3339Of } from '../validation/rfc3339.ts';

export interface TokenView {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
  /** `user/alice`, `token/ci`. */
  readonly createdBy?: string;
  readonly expiresAt?: string;
  /** To the minute, after a restart. */
  readonly lastUsedAt?: string;
}

export function tokenView(token: TokenRecord, lastUsedAt: number | undefined): TokenView {
  const { id, name, scopes, createdAt, updatedAt = createdAt, createdBy, expiresAt } = token;
  return {
    id,
    name,
    scopes,
    createdAt: rfc3339Of(createdAt),
    updatedAt: rfc3339Of(updatedAt),
    ...(createdBy !== undefined && { createdBy }),
    ...(expiresAt !== undefined && { expiresAt: rfc3339Of(expiresAt) }),
    ...(lastUsedAt !== undefined && { lastUsedAt: rfc3339Of(lastUsedAt) }),
  };
}

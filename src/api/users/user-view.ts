import type { UserRecord } from '../../kernel/identity-store.ts';
import { rfc3339Of } from '../validation/rfc3339.ts';

export interface UserView {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly enabled: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly lastLoginAt?: string;
}

export function userView(user: UserRecord): UserView {
  const { name, scopes, enabled, createdAt, updatedAt, lastLoginAt } = user;
  return {
    name,
    scopes,
    enabled,
    createdAt: rfc3339Of(createdAt),
    updatedAt: rfc3339Of(updatedAt),
    ...(lastLoginAt !== undefined && { lastLoginAt: rfc3339Of(lastLoginAt) }),
  };
}

import { SignalboxError } from '../../domain/errors.ts';
import type { TokenRecord, UserRecord } from '../../kernel/identity-store.ts';

interface Those {
  users(): readonly UserRecord[];
  tokens(): readonly TokenRecord[];
}

const isAdmin = ({ scopes }: { readonly scopes: readonly string[] }): boolean => scopes.includes('admin');

/** Who may do everything for good: users who may log in, and tokens that do not expire. */
export function administrators(those: Those): readonly (UserRecord | TokenRecord)[] {
  return [
    ...adminUsers(those.users()),
    ...those.tokens().filter((token) => isAdmin(token) && token.expiresAt === undefined),
  ];
}

/** Throws LAST_ADMIN when a change would leave users, but none who could let the others in again. */
export function keepAnAdminUser(before: readonly UserRecord[], after: readonly UserRecord[]): void {
  if (adminUsers(before).length === 0 || adminUsers(after).length > 0) return;
  throw new SignalboxError('LAST_ADMIN', 'no other enabled user has the scope "admin"');
}

/** Throws LAST_ADMIN when a change of tokens would leave nobody at all. */
export function keepAnAdministrator(before: Those, after: readonly TokenRecord[]): void {
  const those = { users: () => before.users(), tokens: () => after };
  if (administrators(before).length === 0 || administrators(those).length > 0) return;
  throw new SignalboxError('LAST_ADMIN', 'nobody else has the scope "admin" for good');
}

function adminUsers(users: readonly UserRecord[]): readonly UserRecord[] {
  return users.filter((user) => user.enabled && isAdmin(user));
}

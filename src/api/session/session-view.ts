import type { SessionKind } from '../../kernel/identity-store.ts';
import type { Principal } from '../auth/principal.ts';
import { rfc3339Of } from '../validation/rfc3339.ts';

/** Who is calling. */
export interface SessionView {
  readonly kind: 'token' | 'user';
  readonly name: string;
  readonly scopes: readonly string[];
  /** When the token or the session ends at the latest. */
  readonly expiresAt?: string;
  /** Absent for API tokens. */
  readonly session?: { readonly kind: SessionKind; readonly createdAt: string };
}

export function sessionView({ kind, name, scopes, expiresAt, session }: Principal): SessionView {
  return {
    kind,
    name,
    scopes,
    ...(expiresAt !== undefined && { expiresAt: rfc3339Of(expiresAt) }),
    ...(session && { session: { kind: session.kind, createdAt: rfc3339Of(session.createdAt) } }),
  };
}

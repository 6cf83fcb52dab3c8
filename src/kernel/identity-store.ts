import type { AuditRecord } from '../domain/audit.ts';

/* Who may speak with Signalbox, on disk. Secrets are kept as hashes only. */

export const IDENTITY_STORE = Symbol('IdentityStore');

/** An API token. Times are epoch ms. */
export interface TokenRecord {
  /** UUIDv7. */
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the token, hex. */
  readonly hash: string;
  readonly scopes: readonly string[];
  readonly createdAt: number;
  /** Absent: it was never changed. */
  readonly updatedAt?: number;
  /** `user/admin` or `token/ci`. Absent for what an older version has made. */
  readonly createdBy?: string;
  readonly expiresAt?: number;
  /** To the minute. */
  readonly lastUsedAt?: number;
}

/** Somebody who logs in. Has nothing to do with objects of the type `user`. */
export interface UserRecord {
  /** Unique, in lower case. */
  readonly name: string;
  /** Argon2id, in the PHC string format. */
  readonly passwordHash: string;
  readonly scopes: readonly string[];
  readonly enabled: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastLoginAt?: number;
}

/** A browser keeps its secret in a cookie, a program sends it as bearer token. */
export type SessionKind = 'cookie' | 'bearer';

/** What a log-in has begun. */
export interface SessionRecord {
  /** UUIDv7. */
  readonly id: string;
  /** Name of the user. */
  readonly user: string;
  /** SHA-256 of the secret, hex. */
  readonly hash: string;
  readonly kind: SessionKind;
  readonly createdAt: number;
  /** To the minute. */
  readonly lastUsedAt: number;
  /** Ends then at the latest. */
  readonly expiresAt: number;
}

export interface Identities {
  readonly tokens: readonly TokenRecord[];
  readonly users: readonly UserRecord[];
  readonly sessions: readonly SessionRecord[];
}

/** `put` inserts or replaces; `used` changes the time of the last use, if the record is still there. */
export type IdentityChange =
  | { readonly kind: 'token'; readonly put: TokenRecord }
  | { readonly kind: 'user'; readonly put: UserRecord }
  | { readonly kind: 'session'; readonly put: SessionRecord }
  | { readonly kind: 'token' | 'session'; readonly used: string; readonly at: number }
  /** Id, or name of the user; sessions of a user have to be removed by their ids. */
  | { readonly kind: 'token' | 'user' | 'session'; readonly remove: string };

/** Rejects with STORAGE_UNAVAILABLE when the storage fails, after which nothing of the call is stored. */
export interface IdentityStorePort {
  load(): Promise<Identities>;
  /** All or nothing, in their order; the entries of the audit log with them. */
  apply(changes: readonly IdentityChange[], audit?: readonly AuditRecord[]): Promise<void>;
}

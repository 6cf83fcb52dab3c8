import { SignalboxError } from '../../src/domain/errors.ts';
import type {
  Identities,
  IdentityChange,
  IdentityStorePort,
  SessionRecord,
  TokenRecord,
  UserRecord,
} from '../../src/kernel/identity-store.ts';

/** Tokens, users and sessions in memory. `fail` makes every write reject, as a full disk would. */
export class MemoryIdentities implements IdentityStorePort {
  readonly tokens = new Map<string, TokenRecord>();
  readonly users = new Map<string, UserRecord>();
  readonly sessions = new Map<string, SessionRecord>();
  fail = false;

  load(): Promise<Identities> {
    return Promise.resolve({
      tokens: [...this.tokens.values()],
      users: [...this.users.values()],
      sessions: [...this.sessions.values()],
    });
  }

  apply(changes: readonly IdentityChange[]): Promise<void> {
    if (this.fail) return Promise.reject(new SignalboxError('STORAGE_UNAVAILABLE', 'disk full'));
    for (const change of changes) this.#apply(change);
    return Promise.resolve();
  }

  #apply(change: IdentityChange): void {
    if ('remove' in change) this[`${change.kind}s`].delete(change.remove);
    else if ('used' in change) this.#use(change);
    else if (change.kind === 'token') this.tokens.set(change.put.id, change.put);
    else if (change.kind === 'user') this.users.set(change.put.name, change.put);
    else this.sessions.set(change.put.id, change.put);
  }

  #use({ kind, used, at: lastUsedAt }: Extract<IdentityChange, { readonly used: string }>): void {
    const token = this.tokens.get(used);
    const session = this.sessions.get(used);
    if (kind === 'token' && token) this.tokens.set(used, { ...token, lastUsedAt });
    if (kind === 'session' && session) this.sessions.set(used, { ...session, lastUsedAt });
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { SignalboxError } from '../../domain/errors.ts';
import { versionTime } from '../../domain/version-time.ts';
import { newId } from '../../domain/new-id.ts';
import { auditEntry, type AuditFact } from '../../kernel/audit/audit-entry.ts';
import { AUDIT, type AuditPort } from '../../kernel/audit/audit-port.ts';
import type { IdentityChange, SessionKind, SessionRecord, UserRecord } from '../../kernel/identity-store.ts';
import { Attempts } from '../auth/attempts.ts';
import { IdentityDirectory } from '../auth/identity-directory.ts';
import { checkPassword, Passwords } from '../auth/password.ts';
import { digest, newSecret } from '../auth/secret.ts';
import { sessionTimes } from '../auth/session-times.ts';

/** Sessions that one user may have at one time; more end the oldest. */
const most = 100;

export interface Credentials {
  readonly user: string;
  readonly password: string;
  /** Where the request comes from. */
  readonly address: string;
}

/** A session that has just begun. Its secret is known only now. */
export interface Begun {
  readonly user: UserRecord;
  readonly session: SessionRecord;
  readonly secret: string;
}

/** Logging in and out. */
@Injectable()
export class Sessions {
  constructor(
    private readonly directory: IdentityDirectory,
    private readonly passwords: Passwords,
    private readonly attempts: Attempts,
    @Inject(AUDIT) private readonly audit: AuditPort,
  ) {}

  /** Throws LOGIN_FAILED, for whatever reason, or RATE_LIMITED. */
  async begin(credentials: Credentials, kind: SessionKind): Promise<Begun> {
    const user = await this.#check(credentials);
    const { session, secret } = newSession(user.name, kind);
    await this.directory.change(() => {
      const put = { ...this.#still(user), lastLoginAt: session.createdAt };
      return [
        { kind: 'user', put },
        { kind: 'session', put: session },
        ...this.#removed(this.directory.sessionsOf(user.name).slice(0, 1 - most)),
      ];
    });
    return { user, session, secret };
  }

  async end({ id, user }: SessionRecord): Promise<void> {
    await this.directory.change(() => [{ kind: 'session', remove: id }], {
      facts: [{ action: 'logged_out', kind: 'user', resource: user, details: { session: id } }],
    });
  }

  /** What ends the sessions of a user, but one. */
  endingOthers(user: string, but?: SessionRecord): readonly IdentityChange[] {
    return this.#removed(this.directory.sessionsOf(user).filter(({ id }) => id !== but?.id));
  }

  /** Changes the caller's own password. His other sessions end: whoever knew the old one may have begun them. */
  async changePassword(credentials: Credentials, password: string, session?: SessionRecord): Promise<void> {
    const user = await this.#check(credentials);
    checkPassword(password, user.name);
    const passwordHash = await this.passwords.hash(password);
    await this.directory.change(() => {
      const still = this.#still(user);
      const put = { ...still, passwordHash, updatedAt: versionTime(Date.now(), still) };
      return [{ kind: 'user', put }, ...this.endingOthers(user.name, session)];
    });
  }

  /** The password may have been changed, or the user disabled, while the old one was being checked. */
  #still({ name, passwordHash }: UserRecord): UserRecord {
    const user = this.directory.user(name);
    if (!user?.enabled || user.passwordHash !== passwordHash) throw failed();
    return user;
  }

  async #check({ user: name, password, address }: Credentials): Promise<UserRecord> {
    const attempt = { user: name.toLowerCase(), address };
    this.attempts.begin(attempt);
    const user = this.directory.user(attempt.user);
    const known = await this.passwords.verify(user?.passwordHash, password);
    if (!user?.enabled || !known) {
      await this.audit.append([auditEntry(failedFact(user, known))]);
      throw failed();
    }
    this.attempts.succeed(attempt);
    return user;
  }

  #removed(sessions: readonly SessionRecord[]): readonly IdentityChange[] {
    return sessions.map(({ id }) => ({ kind: 'session', remove: id }));
  }
}

export function newSession(
  user: string,
  kind: SessionKind,
): { readonly session: SessionRecord; readonly secret: string } {
  const secret = newSecret('sbsession');
  const now = Date.now();
  const session = {
    id: newId(),
    user,
    hash: digest(secret),
    kind,
    createdAt: now,
    lastUsedAt: now,
    expiresAt: now + sessionTimes[kind].longestMs,
  };
  return { session, secret };
}

/** A name that no user has is not written down: people type their password there by mistake. */
function failedFact(user: UserRecord | undefined, known: boolean): AuditFact {
  const reason = !user ? 'unknown_user' : known ? 'user_disabled' : 'wrong_password';
  return {
    ...{ action: 'login_failed', kind: 'user', details: { reason } },
    ...(user && { resource: user.name }),
  };
}

/** The same in every case: it must not tell which names exist. */
function failed(): SignalboxError {
  return new SignalboxError(
    'LOGIN_FAILED',
    'the user name or the password is wrong, or the user is disabled',
  );
}

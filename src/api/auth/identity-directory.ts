import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { auditEntry, type AuditFact } from '../../kernel/audit/audit-entry.ts';
import { identityFact } from '../../kernel/audit/identity-facts.ts';
import {
  IDENTITY_STORE,
  type IdentityChange,
  type IdentityStorePort,
  type SessionRecord,
  type TokenRecord,
  type UserRecord,
} from '../../kernel/identity-store.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../../kernel/logger.ts';
import { Serial } from '../../kernel/serial.ts';
import { sessionEnd } from './session-times.ts';

const everyMs = 60_000;

/** Tokens, users and sessions, all of them in memory: no request waits for the disk to be let in. */
@Injectable()
export class IdentityDirectory implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  /** By digest: the look-up costs the same for every secret and tells nothing of those that are near. */
  readonly #tokens = new Map<string, TokenRecord>();
  readonly #sessions = new Map<string, SessionRecord>();
  readonly #users = new Map<string, UserRecord>();
  /** By id of token or session, epoch ms. */
  readonly #lastUsed = new Map<string, number>();
  /** Whose last use is not on disk yet. */
  readonly #used = new Map<string, 'token' | 'session'>();
  readonly #serial = new Serial();
  #started = false;

  constructor(
    @Inject(IDENTITY_STORE) private readonly store: IdentityStorePort,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  async onModuleInit(): Promise<void> {
    const { tokens, users, sessions } = await this.store.load();
    for (const put of tokens) this.#remember({ kind: 'token', put });
    for (const put of users) this.#remember({ kind: 'user', put });
    for (const put of sessions) this.#remember({ kind: 'session', put });
  }

  onApplicationBootstrap(): void {
    this.#started = true;
  }

  /** A start that has failed changes nothing. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.#started) await this.tidy();
  }

  tokenByDigest(digest: string): TokenRecord | undefined {
    return this.#tokens.get(digest);
  }

  sessionByDigest(digest: string): SessionRecord | undefined {
    return this.#sessions.get(digest);
  }

  /** In the order of their ids, which is that of their making. */
  tokens(): readonly TokenRecord[] {
    return [...this.#tokens.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** In the order of their names. */
  users(): readonly UserRecord[] {
    return [...this.#users.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  token(id: string): TokenRecord | undefined {
    return [...this.#tokens.values()].find((token) => token.id === id);
  }

  user(name: string): UserRecord | undefined {
    return this.#users.get(name);
  }

  /** The oldest first. */
  sessionsOf(user: string): readonly SessionRecord[] {
    return [...this.#sessions.values()]
      .filter((session) => session.user === user)
      .sort((a, b) => a.createdAt - b.createdAt);
  }

  lastUsedAt(id: string): number | undefined {
    return this.#lastUsed.get(id);
  }

  /** Only noted: the disk hears of it within a minute. */
  touch(kind: 'token' | 'session', id: string, now: number): void {
    this.#lastUsed.set(id, now);
    this.#used.set(id, kind);
  }

  /**
   * Changes one after another: `plan` looks at what is there and says what to change, or throws; nothing comes in
   * between. Resolves when it is on disk, with what the audit log says of it, and of the other `facts`. A dry run is only planned.
   */
  change(
    plan: () => readonly IdentityChange[],
    { dryRun = false, facts = [] }: { readonly dryRun?: boolean; readonly facts?: readonly AuditFact[] } = {},
  ): Promise<void> {
    return this.#serial.run(async () => {
      const changes = plan();
      if (dryRun) return;
      const told = changes.flatMap((change) => identityFact(change, this) ?? []);
      await this.store.apply(changes, [...told, ...facts].map(auditEntry));
      for (const change of changes) this.#remember(change);
    });
  }

  /** Writes down when tokens and sessions were used last, and forgets sessions that have ended. Never rejects. */
  @Interval('identity', everyMs)
  async tidy(): Promise<void> {
    const noted = [...this.#used];
    this.#used.clear();
    try {
      await this.change(() => [...this.#uses(noted), ...this.#ended()]);
    } catch (error) {
      for (const [id, kind] of noted) this.#used.set(id, kind);
      this.logger.warn({ err: error, retryInMs: everyMs }, 'The last use of tokens cannot be written');
    }
  }

  #uses(noted: readonly (readonly [string, 'token' | 'session'])[]): IdentityChange[] {
    return noted.flatMap(([used, kind]) => {
      const at = this.#lastUsed.get(used);
      return at === undefined ? [] : [{ kind, used, at }];
    });
  }

  #ended(): IdentityChange[] {
    const now = Date.now();
    return [...this.#sessions.values()]
      .filter((session) => sessionEnd(session, this.#lastUsed.get(session.id)) <= now)
      .map(({ id }) => ({ kind: 'session', remove: id }));
  }

  #remember(change: IdentityChange): void {
    if ('used' in change) return;
    if ('remove' in change) this.#forget(change.kind, change.remove);
    else if (change.kind === 'user') this.#users.set(change.put.name, change.put);
    else if (change.kind === 'token') this.#tokens.set(change.put.hash, change.put);
    else this.#sessions.set(change.put.hash, change.put);
    if (!('put' in change) || change.kind === 'user') return;
    const { id, lastUsedAt } = change.put;
    if (lastUsedAt !== undefined && !this.#lastUsed.has(id)) this.#lastUsed.set(id, lastUsedAt);
  }

  #forget(kind: IdentityChange['kind'], id: string): void {
    if (kind === 'user') {
      this.#users.delete(id);
      return;
    }
    const records: Map<string, { readonly id: string }> = kind === 'token' ? this.#tokens : this.#sessions;
    for (const [digest, record] of records) if (record.id === id) records.delete(digest);
    this.#lastUsed.delete(id);
    this.#used.delete(id);
  }
}

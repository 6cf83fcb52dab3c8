import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { hash, randomBytes } from 'node:crypto';
import { newId } from '../../domain/new-id.ts';
import { SignalboxError } from '../../domain/errors.ts';
import { TOKEN_STORE, type TokenRecord, type TokenStorePort } from '../../kernel/ports.ts';
import { AUTH_OPTIONS, type AuthOptions } from './auth-options.ts';
import type { Access } from './scopes.ts';

/** Who is calling. */
export interface Identity {
  /** Name of the token. */
  readonly name: string;
  readonly scopes: readonly string[];
}

const minLength = 16;

/** Knows the tokens, by their hashes only. */
@Injectable()
export class Authenticator implements OnApplicationBootstrap {
  /** By digest: the look-up costs the same for every token and tells nothing of those that are near. */
  readonly #identities = new Map<string, Identity>();

  constructor(
    @Inject(TOKEN_STORE) private readonly store: TokenStorePort,
    @Inject(AUTH_OPTIONS) private readonly options: AuthOptions,
  ) {
    checkAdminToken(options.adminToken);
  }

  async onApplicationBootstrap(): Promise<void> {
    const { adminToken } = this.options;
    const stored = await this.store.all();
    for (const token of stored) this.#identities.set(token.hash, token);
    if (adminToken !== undefined)
      this.#identities.set(digest(adminToken), { name: 'admin', scopes: ['admin'] });
  }

  /**
   * Makes the first token where there is none, for printing: it is kept as a hash only. Undefined when there are
   * tokens. To be called once everything else has started: a token that nobody was shown is of no use.
   */
  async makeFirstToken(): Promise<string | undefined> {
    if (this.#identities.size > 0) return undefined;
    const token = `sbx_${randomBytes(32).toString('base64url')}`;
    const record: TokenRecord = {
      id: newId(),
      name: 'first',
      hash: digest(token),
      scopes: ['admin'],
      createdAt: Date.now(),
    };
    await this.store.add(record);
    this.#identities.set(record.hash, record);
    return token;
  }

  /** Throws AUTH_REQUIRED unless the header carries a known token. */
  authenticate(authorization: string | undefined): Identity {
    if (authorization === undefined) throw new SignalboxError('AUTH_REQUIRED', 'no token was sent');
    const [, token] = /^bearer +(\S+) *$/i.exec(authorization) ?? [];
    if (token === undefined)
      throw new SignalboxError('AUTH_REQUIRED', 'the Authorization header is not "Bearer <token>"');
    const identity = this.#identities.get(digest(token));
    if (!identity) throw new SignalboxError('AUTH_REQUIRED', 'the token is not known');
    return identity;
  }
}

/** Throws FORBIDDEN unless one of the caller's scopes covers what the route asks for. */
export function authorize({ name, scopes }: Identity, access: Access): void {
  if (scopes.includes(access) || scopes.includes('admin')) return;
  throw new SignalboxError('FORBIDDEN', `the token "${name}" has not the scope "${access}"`);
}

function digest(token: string): string {
  return hash('sha256', token, 'hex');
}

function checkAdminToken(token: string | undefined): void {
  if (token === undefined) return;
  const problem =
    token.length < minLength
      ? `must be at least ${String(minLength)} characters, got ${String(token.length)}`
      : /^[\x21-\x7e]+$/.test(token)
        ? undefined
        : 'must be printable ASCII without spaces';
  if (problem === undefined) return;
  const field = 'SIGNALBOX_ADMIN_TOKEN';
  throw new SignalboxError('CONFIG_INVALID', `${field}: ${problem}`, { field });
}

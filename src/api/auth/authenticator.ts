import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { SignalboxError } from '../../domain/errors.ts';
import { AUTH_OPTIONS, type AuthOptions } from './auth-options.ts';
import { IdentityDirectory } from './identity-directory.ts';
import type { Principal } from './principal.ts';
import type { Access } from './scopes.ts';
import { digest } from './secret.ts';
import { sessionSecret } from './session-cookie.ts';
import { sessionEnd } from './session-times.ts';
import type { SessionKind } from '../../kernel/identity-store.ts';

const minLength = 16;
/** What the token of the environment is called. */
export const adminTokenName = 'SIGNALBOX_ADMIN_TOKEN';

/**
 * A page of another site can have a browser send a request with its cookies, but not with a header of its own making,
 * unless Signalbox allowed it (CORS), which it never does.
 */
const csrfHeader = 'signalbox-csrf';
const safeMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** Finds out who is calling. */
@Injectable()
export class Authenticator {
  readonly #adminDigest: string | undefined;

  constructor(
    private readonly directory: IdentityDirectory,
    @Inject(AUTH_OPTIONS) { adminToken }: AuthOptions,
  ) {
    checkAdminToken(adminToken);
    this.#adminDigest = adminToken === undefined ? undefined : digest(adminToken);
  }

  /** Throws AUTH_REQUIRED unless the request carries a token or a session that holds. */
  authenticate({ headers, method }: Pick<FastifyRequest, 'headers' | 'method'>, touch = true): Principal {
    const { authorization, cookie } = headers;
    if (authorization !== undefined) return this.#byToken(bearerOf(authorization), touch);
    const secret = sessionSecret(cookie);
    if (secret === undefined) throw new SignalboxError('AUTH_REQUIRED', 'no token was sent');
    const principal = this.#bySession(secret, 'cookie', touch);
    if (!principal) throw new SignalboxError('AUTH_REQUIRED', 'the session has ended');
    if (!safeMethods.includes(method) && headers[csrfHeader] === undefined) {
      throw new SignalboxError('CSRF_REFUSED', `the header ${csrfHeader} is missing`);
    }
    return principal;
  }

  /** Whether a request that goes on for long would still be let in. Looking is no use of the session. */
  stillMay({ headers, method }: Pick<FastifyRequest, 'headers' | 'method'>, access: Access): boolean {
    try {
      authorize(this.authenticate({ headers, method }, false), access);
      return true;
    } catch (error) {
      if (error instanceof SignalboxError) return false;
      throw error;
    }
  }

  #byToken(secret: string, touch: boolean): Principal {
    const hash = digest(secret);
    const token = this.directory.tokenByDigest(hash);
    if (token) {
      const now = Date.now();
      if (token.expiresAt !== undefined && token.expiresAt <= now) {
        throw new SignalboxError('AUTH_REQUIRED', `the token "${token.name}" has expired`);
      }
      if (touch) this.directory.touch('token', token.id, now);
      const { id, name, scopes, expiresAt } = token;
      return { kind: 'token', id, name, scopes, expiresAt };
    }
    if (hash === this.#adminDigest) return { kind: 'token', name: adminTokenName, scopes: ['admin'] };
    const principal = this.#bySession(secret, 'bearer', touch);
    if (!principal) throw new SignalboxError('AUTH_REQUIRED', 'the token is not known');
    return principal;
  }

  /** A secret that was given out as cookie is no token, and the other way round. */
  #bySession(secret: string, kind: SessionKind, touch: boolean): Principal | undefined {
    const session = this.directory.sessionByDigest(digest(secret));
    const user = session && this.directory.user(session.user);
    if (session?.kind !== kind || !user?.enabled) return undefined;
    const now = Date.now();
    if (sessionEnd(session, this.directory.lastUsedAt(session.id)) <= now) return undefined;
    if (touch) this.directory.touch('session', session.id, now);
    const { name, scopes } = user;
    return { kind: 'user', name, scopes, expiresAt: session.expiresAt, session };
  }
}

function bearerOf(authorization: string): string {
  const [, token] = /^bearer +(\S+) *$/i.exec(authorization) ?? [];
  if (token !== undefined) return token;
  throw new SignalboxError('AUTH_REQUIRED', 'the Authorization header is not "Bearer <token>"');
}

/** Throws FORBIDDEN unless one of the caller's scopes covers what the route asks for. */
export function authorize({ kind, name, scopes }: Principal, access: Access): void {
  if (access === 'known' || scopes.includes(access) || scopes.includes('admin')) return;
  throw new SignalboxError('FORBIDDEN', `the ${kind} "${name}" does not have the scope "${access}"`);
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

import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { SignalboxError } from '../../domain/errors.ts';
import type { SessionRecord } from '../../kernel/identity-store.ts';

/** Who is calling: an API token, or a user with a session. */
export interface Principal {
  readonly kind: 'token' | 'user';
  /** Of the token or of the user: unique among its kind. */
  readonly name: string;
  /** Of the token; that of the environment has none. */
  readonly id?: string;
  readonly scopes: readonly string[];
  /** When the token or the session ends, epoch ms. */
  readonly expiresAt?: number | undefined;
  readonly session?: SessionRecord;
}

const principals = new WeakMap<object, Principal>();

/** The guard has found out who sends this request. */
export function setPrincipal(request: object, principal: Principal): void {
  principals.set(request, principal);
}

/** Who sends a request; undefined on routes that ask nobody. */
export function principalOf(request: object): Principal | undefined {
  return principals.get(request);
}

/** `user/alice`, `token/ci`. */
export function principalText({ kind, name }: Pick<Principal, 'kind' | 'name'>): string {
  return `${kind}/${name}`;
}

/** The caller, as a parameter of a route that is not public. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): Principal => {
  const principal = principalOf(context.switchToHttp().getRequest<object>());
  if (!principal) throw new SignalboxError('AUTH_REQUIRED', 'no token was sent');
  return principal;
});

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Actor } from '../../domain/audit.ts';
import type { Cause } from '../../sdk/index.ts';
import { withRequestCause } from '../request-cause.ts';

/*
 * Who is at work, for the audit log. It travels with the asynchronous call, beside what has led to the request: every way of
 * changing something would otherwise have to hand it on.
 */

/** Who acts, and by which request. */
export interface Acting {
  readonly actor: Actor;
  readonly requestId?: string;
  readonly address?: string;
}

const current = new AsyncLocalStorage<() => Acting>();
const itself: Acting = { actor: { kind: 'signalbox' } };

/** All that `work` does is done by them. Asked for when something is done: whoever sends a request is found out on its way. */
export function withActing<T>(acting: () => Acting, work: () => T): T {
  return current.run(acting, work);
}

/** The same request, by somebody whom it has made known. */
export function actingAs<T>(actor: Actor, work: () => T): T {
  const by = { ...acting(), actor };
  return withActing(() => by, work);
}

/** Signalbox does it by itself, whoever has set off what led to it; `cause` is the event that did. */
export function actingItself<T>(work: () => T, cause?: Cause): T {
  return withRequestCause(cause, () => withActing(() => itself, work));
}

export function acting(): Acting {
  return current.getStore()?.() ?? itself;
}

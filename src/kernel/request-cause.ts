import { AsyncLocalStorage } from 'node:async_hooks';
import type { Cause } from '../sdk/index.ts';

/*
 * Whoever was told by a run may call back, and name the event that it was told of. All that the request leads to has
 * that cause, so that a chain over the network ends like any other.
 */

const causes = new AsyncLocalStorage<Cause | undefined>();

export function withRequestCause<T>(cause: Cause | undefined, work: () => T): T {
  return causes.run(cause, work);
}

/** What has led to the request that is being answered. */
export function requestCause(): Cause | undefined {
  return causes.getStore();
}

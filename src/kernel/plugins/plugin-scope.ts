import { AsyncLocalStorage } from 'node:async_hooks';
import type { Cause, HttpClient } from '../../sdk/index.ts';

/*
 * A plugin's own timers and promises run outside of everything that could catch their errors; Node would end the
 * process. Here each piece of work that a plugin has started stays known as that plugin's.
 */

/** An attempt of a run, or a test of an object, for which a plugin's code is at work. */
export interface AttemptAtWork {
  /** Keeps what is sent and what comes back. */
  readonly http: HttpClient;
  /** Takes these out of what is kept. */
  learn(secrets: readonly string[]): void;
}

/** Whoever answers for a plugin's code. */
export interface PluginScope {
  fail(error: unknown): void;
  /** For an action: the event of its run, which leads to those that the action emits. */
  readonly cause?: Cause;
  /** For an action or a test: what other plugins do for it, as their drivers do, belongs to it, too. */
  readonly attempt?: AttemptAtWork;
}

const scopes = new AsyncLocalStorage<PluginScope>();

/** Runs a plugin's code. What it starts and leaves behind (timers, promises, sockets) belongs to the scope too. */
export function inScope<T>(scope: PluginScope, work: () => T): T {
  return scopes.run(scope, work);
}

/** Runs the kernel's code on behalf of a plugin, so that the plugin is not blamed for it. */
export function outOfScope<T>(work: () => T): T {
  return scopes.exit(work);
}

/** The event whose run the code at work belongs to. */
export function currentCause(): Cause | undefined {
  return scopes.getStore()?.cause;
}

/** The attempt that the code at work belongs to. */
export function currentAttempt(): AttemptAtWork | undefined {
  return scopes.getStore()?.attempt;
}

/** The scope of a plugin that nobody answers for yet: what escapes while it is imported is kept until somebody does. */
export class EarlyScope implements PluginScope {
  readonly #early: unknown[] = [];
  #keeper: PluginScope | undefined;

  fail(error: unknown): void {
    if (this.#keeper) this.#keeper.fail(error);
    else this.#early.push(error);
  }

  /** `keeper` answers from now on, and for what has escaped so far. */
  handOver(keeper: PluginScope): void {
    this.#keeper = keeper;
    for (const error of this.#early.splice(0)) keeper.fail(error);
  }
}

/**
 * For the process's `uncaughtException` and `unhandledRejection` handlers: an error that a plugin's own code let
 * escape marks that plugin down, and true is returned. False: it is not a plugin's, and the process cannot go on.
 */
export function blamePlugin(error: unknown): boolean {
  const scope = scopes.getStore();
  scope?.fail(error);
  return scope !== undefined;
}

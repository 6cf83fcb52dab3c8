import { Dispatcher } from 'undici';

/** Lends out a dispatcher. Whoever borrows it cannot close it for everybody else. */
export class GuardedDispatcher extends Dispatcher {
  readonly #owner: Dispatcher;

  constructor(owner: Dispatcher) {
    super();
    this.#owner = owner;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return this.#owner.dispatch(options, handler);
  }

  override close(): Promise<void>;
  override close(callback: () => void): void;
  override close(callback?: () => void): Promise<void> | undefined {
    return done(callback);
  }

  override destroy(...args: unknown[]): Promise<void> & undefined {
    const callback = args.find((argument) => typeof argument === 'function');
    return done(callback as (() => void) | undefined) as Promise<void> & undefined;
  }
}

function done(callback: (() => void) | undefined): Promise<void> | undefined {
  if (!callback) return Promise.resolve();
  queueMicrotask(callback);
  return undefined;
}

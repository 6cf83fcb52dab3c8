interface Batch<T> {
  readonly result: Promise<T>;
  readonly abort: AbortController;
  waiting: number;
}

/**
 * One reading for all who ask at the same time. Who asks while one is under way shares the next one: what they get was read
 * after they asked, and there is never more than one at a time.
 */
export class SharedRead<T> {
  #last: Promise<unknown> = Promise.resolve();
  #next: Batch<T> | undefined;

  /** `read` is given a signal that is aborted when nobody waits for it any more. */
  constructor(private readonly read: (signal: AbortSignal) => Promise<T>) {}

  /** Rejects with the signal's reason when that is aborted, and as `read` does. */
  async ask(signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const batch = (this.#next ??= this.#queue());
    batch.waiting++;
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void => {
      aborted.reject(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([batch.result, aborted.promise]);
    } finally {
      signal?.removeEventListener('abort', onAbort);
      batch.waiting--;
      if (batch.waiting === 0) this.#drop(batch);
    }
  }

  #queue(): Batch<T> {
    const abort = new AbortController();
    const result = this.#last.then(() => {
      // Who asks from here on wants a newer one.
      if (this.#next === batch) this.#next = undefined;
      abort.signal.throwIfAborted();
      return this.read(abort.signal);
    });
    const batch: Batch<T> = { result, abort, waiting: 0 };
    this.#last = result.catch(() => undefined);
    return batch;
  }

  #drop(batch: Batch<T>): void {
    if (this.#next === batch) this.#next = undefined;
    batch.abort.abort();
  }
}

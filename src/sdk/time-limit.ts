export interface TimeLimit {
  readonly ms: number;
  /** What to say when the time is up. */
  readonly message: string;
  /** Ends the wait early, with its reason. */
  readonly signal?: AbortSignal;
}

/** Waits for `work`, but no longer than the limit. The work itself goes on; what becomes of it is heard no more. */
export async function withTimeLimit<T>(work: Promise<T>, { ms, message, signal }: TimeLimit): Promise<T> {
  const over = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    over.reject(new Error(message));
  }, ms);
  const onAbort = (): void => {
    over.reject(signal?.reason);
  };
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/*
 * Errors of an action tell the kernel what to do next. Anything else that an action throws is treated as a
 * RetryableError.
 */

/** It failed and would fail again: the run is failed at once and kept. */
export class PermanentError extends Error {
  override name = 'PermanentError';
}

/** The target says that it is gone for good: the run is failed and the target object is disabled. */
export class TargetGoneError extends PermanentError {
  override name = 'TargetGoneError';
}

/** It failed and may succeed later: the run is tried again by its retry policy. */
export class RetryableError extends Error {
  override name = 'RetryableError';

  /** Milliseconds that the target asked to wait (`Retry-After`), if it did. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: ErrorOptions & { readonly retryAfterMs?: number | undefined } = {}) {
    super(message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/**
 * A request was sent, in whole or in part, and no complete answer came back: nobody knows whether it was acted on. An
 * action for which that matters throws an `UnknownOutcomeError` instead.
 */
export class NoAnswerError extends RetryableError {
  override name = 'NoAnswerError';
}

/**
 * It may or may not have happened (an answer was lost after the point of no return). An idempotent action is
 * tried again; any other is held for a person.
 */
export class UnknownOutcomeError extends Error {
  override name = 'UnknownOutcomeError';
}

import type { Dispatcher } from 'undici';
import { QueuedTooLongError } from './failure.ts';

interface QueueClockOptions {
  /** How long a request may wait until it begins to be sent. */
  readonly timeoutMs: number;
  /** Gives the request up, too. */
  readonly signal: AbortSignal;
  /** The request was given up before it began to be sent. */
  readonly givenUp: (reason: unknown) => void;
}

/**
 * undici's clocks begin when a request has a connection, and one that is aborted before is not heard of until then. This
 * clock begins at once and ends there. Pass `signal` with the request, and `watch` to the dispatcher.
 */
export class QueueClock {
  readonly #abort = new AbortController();
  readonly #options: QueueClockOptions;
  readonly #timer: NodeJS.Timeout;

  constructor(options: QueueClockOptions) {
    this.#options = options;
    this.#timer = setTimeout(() => {
      this.#giveUp(new QueuedTooLongError('the request waited too long for a connection'));
    }, options.timeoutMs);
    options.signal.addEventListener('abort', this.#aborted);
  }

  get signal(): AbortSignal {
    return AbortSignal.any([this.#options.signal, this.#abort.signal]);
  }

  /** The request has begun to be sent, or will not be. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#options.signal.removeEventListener('abort', this.#aborted);
  }

  readonly watch: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart: (controller, context) => {
        this.stop();
        handler.onRequestStart?.(controller, context);
      },
      onRequestUpgrade: (...told) => handler.onRequestUpgrade?.(...told),
      onResponseStart: (...told) => handler.onResponseStart?.(...told),
      onResponseData: (...told) => handler.onResponseData?.(...told),
      onResponseEnd: (...told) => handler.onResponseEnd?.(...told),
      onResponseError: (...told) => handler.onResponseError?.(...told),
    });

  readonly #aborted = (): void => {
    this.#giveUp(this.#options.signal.reason);
  };

  #giveUp(reason: unknown): void {
    this.stop();
    this.#abort.abort(reason);
    this.#options.givenUp(reason);
  }
}

import type { IncomingMessage } from 'node:http';
import { BodyCapture, redactHeaders, type RawHeaders } from 'signalbox/sdk';
import { isSuccess, type CompletedCall, type FailedCall } from '../call.ts';

/** What came of a call. */
export type CallEvent =
  readonly [name: 'route.completed', data: CompletedCall] | readonly [name: 'route.failed', data: FailedCall];

/** Stores what came of a call; never rejects. */
export type Report = (...event: CallEvent) => Promise<void>;

/** What is known of an answer. */
export interface Answer {
  readonly status: number;
  readonly headers: RawHeaders;
}

/** One call through the gateway: what is kept of it, and the one event that it becomes. */
export class GatewayCall {
  readonly #startedAt = performance.now();
  readonly #request: { readonly method: string; readonly url: string; readonly headers: RawHeaders };
  readonly #requestBody = new BodyCapture();
  readonly #responseBody = new BodyCapture();
  readonly #abort = new AbortController();
  readonly #report: Report;
  #answer: Answer | undefined;
  #reported: Promise<void> | undefined;
  readonly #told = Promise.withResolvers<void>();

  /** `url` is path and query, without the prefix of the gateway. The event has all of it, for its routes to be found. */
  constructor({ method = 'GET', headers }: IncomingMessage, url: string, report: Report) {
    this.#request = { method, url, headers: { ...headers } };
    this.#report = report;
  }

  /** Aborted when nobody waits for the answer any more. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Resolves once its event is stored, or cannot be. */
  get told(): Promise<void> {
    return this.#told.promise;
  }

  readonly sent = (chunk: Buffer): void => {
    this.#requestBody.add(chunk);
  };

  readonly received = (chunk: Buffer): void => {
    this.#responseBody.add(chunk);
  };

  /** The answer has begun. */
  answered(answer: Answer): void {
    this.#answer = answer;
  }

  /** The answer is complete. Resolves once this is stored, or cannot be. */
  complete(): Promise<void> {
    return this.#tellOnce();
  }

  /** There is no complete answer. */
  fail(error: string): Promise<void> {
    return this.#tellOnce(error);
  }

  /** Nobody waits for the answer any more. Does nothing once it is complete. */
  abandon(reason: Error): void {
    if (this.#reported) return;
    void this.fail(reason.message);
    this.#abort.abort(reason);
  }

  #tellOnce(error?: string): Promise<void> {
    return (this.#reported ??= this.#tell(error).finally(this.#told.resolve));
  }

  #tell(error?: string): Promise<void> {
    const { method, url, headers } = this.#request;
    const answer = this.#answer;
    const call = {
      request: { method, url, headers: redactHeaders(headers), ...bodyOf(this.#requestBody, headers) },
      durationMs: Math.round((performance.now() - this.#startedAt) * 100) / 100,
    };
    if (!answer) return this.#report('route.failed', { ...call, error: error ?? 'there was no answer' });
    const response = {
      status: answer.status,
      headers: redactHeaders(answer.headers),
      ...bodyOf(this.#responseBody, answer.headers),
    };
    if (error === undefined && isSuccess(answer.status)) {
      return this.#report('route.completed', { ...call, response });
    }
    return this.#report('route.failed', { ...call, response, ...(error !== undefined && { error }) });
  }
}

function bodyOf(capture: BodyCapture, headers: RawHeaders): ReturnType<BodyCapture['result']> {
  const { 'content-type': contentType, 'content-encoding': contentEncoding } = headers;
  return capture.result({ contentType: text(contentType), contentEncoding: text(contentEncoding) });
}

function text(value: RawHeaders[string]): string | undefined {
  return value === undefined ? undefined : String(value);
}

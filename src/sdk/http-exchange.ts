import type { IncomingHttpHeaders } from 'undici/types/header.js';
import type { Dispatcher } from 'undici';
import { NoAnswerError, RetryableError } from './errors.ts';
import { toHttpError } from './http-failure.ts';
import type { HttpRequest, HttpResponse } from './http.ts';
import type { HttpTarget } from './http-target.ts';

const defaultMaxBodyBytes = 64 * 1024;

const defaultTimeoutMs = 5_000;

/** What became of one exchange: exactly one of the two is called, once. */
export interface ExchangeOutcome {
  answered(response: HttpResponse): void;
  failed(error: Error): void;
}

/** One request and its answer, as undici's handler. It has one clock for all phases and ends exactly once. */
export class HttpExchange implements Dispatcher.DispatchHandler {
  private readonly startedAt = performance.now();
  private readonly timer: NodeJS.Timeout;
  private readonly timeoutMs: number;
  private controller: Dispatcher.DispatchController | undefined;
  private phase = 'while connecting';
  private status = 0;
  private headers: Record<string, string> = {};
  private readonly chunks: Buffer[] = [];
  private size = 0;
  private settled = false;
  private sent = false;

  constructor(
    private readonly target: HttpTarget,
    private readonly request: HttpRequest,
    private readonly outcome: ExchangeOutcome,
  ) {
    this.timeoutMs = request.timeoutMs ?? defaultTimeoutMs;
    this.timer = setTimeout(onTimeout, this.timeoutMs, this);
    request.signal?.addEventListener('abort', this);
  }

  /** The time is up. */
  expire(): void {
    this.cut(new this.Failure(`${this.target.address} timed out after ${this.timeoutMs} ms ${this.phase}`));
  }

  /** The caller's signal was aborted. */
  handleEvent(): void {
    this.cut(
      new this.Failure(`request to ${this.target.address} was aborted`, {
        cause: this.request.signal?.reason,
      }),
    );
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Given up while it waited for a connection: throwing leaves it unsent and the connection usable.
    if (this.settled) throw new Error('the request was given up before it was sent');
    this.controller = controller;
    this.sent = true;
    this.phase = 'while waiting for the answer';
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200) return;
    this.phase = 'while reading the answer';
    this.status = status;
    this.headers = joinRepeated(headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const room = (this.request.maxBodyBytes ?? defaultMaxBodyBytes) - this.size;
    this.chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    this.size += chunk.length;
    if (chunk.length <= room) return;
    this.answer(true);
    this.controller?.abort(new Error('enough was read'));
  }

  onResponseEnd(): void {
    // undici frees the connection in an immediate of its own, queued after this call. Answering later than that
    // lets the caller's next request use the same connection instead of opening a second one.
    queueMicrotask(() => setImmediate(() => this.answer(false)));
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(toHttpError(error, this.target.address, this.Failure));
  }

  /** What a failure is now. undici tells that it begins a request just before it writes the first byte. */
  private get Failure(): typeof RetryableError {
    return this.sent ? NoAnswerError : RetryableError;
  }

  private answer(truncated: boolean): void {
    if (!this.settle()) return;
    this.outcome.answered({
      status: this.status,
      headers: this.headers,
      body: this.text(),
      truncated,
      durationMs: Math.round((performance.now() - this.startedAt) * 100) / 100,
    });
  }

  private text(): string {
    const [first] = this.chunks;
    if (!first) return '';
    return (this.chunks.length === 1 ? first : Buffer.concat(this.chunks)).toString();
  }

  private cut(error: RetryableError): void {
    this.fail(error);
    this.controller?.abort(error);
  }

  private fail(error: Error): void {
    if (this.settle()) this.outcome.failed(error);
  }

  private settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    clearTimeout(this.timer);
    this.request.signal?.removeEventListener('abort', this);
    return true;
  }
}

function onTimeout(exchange: HttpExchange): void {
  exchange.expire();
}

function joinRepeated(headers: IncomingHttpHeaders): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) joined[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return joined;
}

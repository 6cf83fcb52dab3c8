import {
  NoAnswerError,
  PermanentError,
  RetryableError,
  UnknownOutcomeError,
  z,
  type HttpClient,
  type HttpResponse,
} from 'signalbox/sdk';
import { problemOf } from './error-response.ts';
import type { Login } from './login.ts';
import type { RedfishSettings } from './settings.ts';

interface Exchange {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** As the service gave it: a path, or a URL. */
  readonly uri: string;
  readonly body?: object;
}

/** One Redfish service: a management controller, or what speaks for many. */
export class RedfishService {
  constructor(
    readonly settings: RedfishSettings,
    private readonly http: HttpClient,
    private readonly login: Login,
    readonly signal?: AbortSignal,
  ) {}

  /** For messages. */
  get host(): string {
    return new URL(this.settings.url).host;
  }

  async get<T>(uri: string, schema: z.ZodType<T>): Promise<T> {
    const response = await this.exchange({ method: 'GET', uri });
    if (response.status !== 200) throw this.failure(response);
    return this.parse(response, schema);
  }

  /** Posts once. What may have been acted on, but was not answered for, is an `UnknownOutcomeError`. */
  async post(uri: string, body: object): Promise<HttpResponse> {
    try {
      return await this.exchange({ method: 'POST', uri, body });
    } catch (cause) {
      if (cause instanceof NoAnswerError) throw new UnknownOutcomeError(cause.message, { cause });
      throw cause;
    }
  }

  /** Any answer but a 401 that a new login may help. One that was refused has done nothing, so it is sent again. */
  async exchange(request: Exchange): Promise<HttpResponse> {
    const headers = await this.login.headers(this.signal);
    const response = await this.#send(request, headers);
    if (response.status !== 401 || !this.login.renew(headers)) return response;
    return this.#send(request, await this.login.headers(this.signal));
  }

  /** What an answer other than success means where nothing was to be changed. */
  failure(response: HttpResponse): Error {
    const problem = problemOf(response, this.host);
    const { status } = response;
    if (status >= 500 || status === 408 || status === 429) {
      return new RetryableError(problem, { retryAfterMs: retryAfterMs(response) });
    }
    return new PermanentError(`${problem}${advice[status] ?? ''}`);
  }

  parse<T>({ body, truncated }: HttpResponse, schema: z.ZodType<T>): T {
    if (truncated)
      throw new PermanentError(`the answer of ${this.host} is longer than ${maxBodyBytes} bytes`);
    const { data, error } = schema.safeParse(jsonOf(body));
    if (!error) return data;
    const problem = z.prettifyError(error);
    throw new PermanentError(`${this.host} did not answer as Redfish does: ${problem}`, { cause: error });
  }

  #send(
    { method, uri, body }: Exchange,
    login: Awaited<ReturnType<Login['headers']>>,
  ): Promise<HttpResponse> {
    const { url, allowInsecureCertificates, timeout } = this.settings;
    // Links are followed on the service itself, whatever host they name: it may know itself by another name, and
    // credentials must not go elsewhere.
    const { pathname, search } = new URL(uri, url);
    return this.http.request({
      method,
      url: new URL(pathname + search, url).href,
      headers: [
        ...login,
        ['accept', 'application/json'],
        ['odata-version', '4.0'],
        ...(body ? [['content-type', 'application/json'] as const] : []),
      ],
      ...(body && { body: JSON.stringify(body) }),
      allowInsecureCertificates,
      timeoutMs: timeout * 1_000,
      maxBodyBytes,
      ...(this.signal && { signal: this.signal }),
    });
  }
}

/** A system of a large server, with all that its maker adds. */
const maxBodyBytes = 1024 * 1024;

const advice: Readonly<Record<number, string>> = {
  401: ': user and password, or the token, are not accepted',
  403: ': the account lacks the privilege; it needs Login to read and ConfigureComponents to switch (role Operator)',
};

const longestWaitMs = 60 * 60 * 1_000;

/** `Retry-After` in seconds, which is all that management controllers send. */
export function retryAfterMs({ headers }: HttpResponse): number | undefined {
  const seconds = headers['retry-after'];
  if (seconds === undefined || !/^\d{1,9}$/.test(seconds)) return undefined;
  return Math.min(Number(seconds) * 1_000, longestWaitMs);
}

export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

import { Agent, type Dispatcher } from 'undici';
import { PermanentError, RetryableError } from './errors.ts';
import { createResolver, type Judge, type Resolve } from './http-address.ts';
import { GuardedDispatcher } from './guarded-dispatcher.ts';
import { createConnector, type ConnectorOptions } from './http-connector.ts';
import { HttpExchange } from './http-exchange.ts';
import { headerProblem } from './http-headers.ts';
import { parseTarget } from './http-target.ts';
import { VERSION } from './version.ts';
import type { DispatcherOptions, HttpClient, HttpRequest, HttpResponse } from './http.ts';

export interface HttpClientOptions {
  /** Judges every address before it is connected to. Default: all are allowed. */
  readonly judge?: Judge;
  /** Told of every exchange that ended, for metrics. Must not throw. */
  readonly observe?: (exchange: ObservedExchange) => void;
  /** Default 256. Further requests wait for a free connection, their clocks running. */
  readonly maxConnectionsPerOrigin?: number;
  /** Default: the system's resolver (hosts file, DNS, mDNS …). */
  readonly resolve?: Resolve;
}

/** Exactly one of `response` and `error` is there. */
export interface ObservedExchange {
  readonly request: HttpRequest;
  readonly response?: HttpResponse;
  readonly error?: Error;
}

/** An HTTP client that owns its connections. */
export interface OwnedHttpClient extends HttpClient, AsyncDisposable {
  /** The same way out for what works with undici itself, with as many connections again for each borrower. */
  dispatcher(borrower: string, options?: DispatcherOptions): Dispatcher;
  /** Cuts all connections; requests under way fail with a `RetryableError`. */
  close(): Promise<void>;
}

const userAgent = `Signalbox/${VERSION}`;

/**
 * The one way out over HTTP. One call is one request on the wire: nothing is retried, redirected or
 * decompressed here. Connections are kept alive between requests to one origin.
 */
export function createHttpClient(options: HttpClientOptions = {}): OwnedHttpClient {
  const { observe } = options;
  const addresses = {
    judge: options.judge ?? (() => undefined),
    resolve: options.resolve ?? createResolver(),
    connections: options.maxConnectionsPerOrigin ?? 256,
  };
  const strict = createOutlet({ ...addresses, allowInsecureCertificates: false });
  const insecure = createOutlet({ ...addresses, allowInsecureCertificates: true });

  const exchange = (request: HttpRequest): Promise<HttpResponse> =>
    new Promise((resolve, reject) => {
      checkRequest(request);
      const { method, url, headers, body, allowInsecureCertificates = false } = request;
      const target = parseTarget(url);
      const { origin, path } = target;
      const options = { origin, path, method, headers: rawHeaders(headers), body: bodyOf(body) };
      const { agent } = allowInsecureCertificates ? insecure : strict;
      agent.dispatch(options, new HttpExchange(target, request, { answered: resolve, failed: reject }));
    });

  // What one borrower holds open for long must not keep the others, or `request`, waiting.
  const lent = new Map<string, { readonly outlet: Outlet; readonly dispatcher: Dispatcher }>();

  const dispatcher: OwnedHttpClient['dispatcher'] = (
    borrower,
    { allowInsecureCertificates = false } = {},
  ) => {
    const key = JSON.stringify([borrower, allowInsecureCertificates]);
    const known = lent.get(key);
    if (known) return known.dispatcher;
    const outlet = createOutlet({ ...addresses, allowInsecureCertificates });
    const made = { outlet, dispatcher: new GuardedDispatcher(outlet.agent) };
    lent.set(key, made);
    return made.dispatcher;
  };

  const close = async (): Promise<void> => {
    const outlets = [strict, insecure, ...[...lent.values()].map(({ outlet }) => outlet)];
    await Promise.all(outlets.map((outlet) => outlet.close()));
  };

  return {
    dispatcher,
    request: observe ? (request) => observed(exchange(request), request, observe) : exchange,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** An agent and the connections that it is making. */
interface Outlet {
  readonly agent: Agent;
  close(): Promise<void>;
}

function createOutlet({
  connections,
  ...options
}: ConnectorOptions & { readonly connections: number }): Outlet {
  const connector = createConnector(options);
  const agent = new Agent({
    connect: connector.connect,
    connections,
    pipelining: 1,
    allowH2: false,
    // A server's own keep-alive hint shortens this. A request that meets a connection which the server is just
    // closing fails, so idle connections are given up before most servers do.
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 4_000,
    keepAliveTimeoutThreshold: 1_000,
    // The exchange has its own clock.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    agent,
    close: async () => {
      const destroyed = agent.destroy();
      connector.close();
      await destroyed;
    },
  };
}

function checkRequest({ method, signal }: HttpRequest): void {
  if (signal?.aborted === true) {
    throw new RetryableError('the request was aborted before it was sent', { cause: signal.reason });
  }
  if (method === 'CONNECT') throw new PermanentError('the method CONNECT cannot be used');
}

function rawHeaders(headers: HttpRequest['headers'] = []): string[] {
  const raw: string[] = [];
  let namesAgent = false;
  for (const [name, value] of headers) {
    const problem = headerProblem(name, value);
    if (problem !== undefined) throw new PermanentError(`header ${JSON.stringify(name)} ${problem}`);
    const lower = name.toLowerCase();
    if (lower === 'accept-encoding') continue;
    if (lower === 'user-agent') namesAgent = true;
    raw.push(name, value);
  }
  if (!namesAgent) raw.push('user-agent', userAgent);
  raw.push('accept-encoding', 'identity');
  return raw;
}

function bodyOf(body: HttpRequest['body']): string | Buffer | null {
  if (body === undefined || typeof body === 'string') return body ?? null;
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

async function observed(
  exchange: Promise<HttpResponse>,
  request: HttpRequest,
  observe: (exchange: ObservedExchange) => void,
): Promise<HttpResponse> {
  try {
    const response = await exchange;
    observe({ request, response });
    return response;
  } catch (error) {
    observe({ request, error: error instanceof Error ? error : new Error(String(error)) });
    throw error;
  }
}

import replyFrom from '@fastify/reply-from';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { AsyncLocalStorage } from 'node:async_hooks';
import { METHODS, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { PassThrough, pipeline } from 'node:stream';
import type { PluginContext } from 'signalbox/sdk';
import type { Dispatcher } from 'undici';
import { Exchanges, type Exchange } from './exchange.ts';
import { failureOf } from './failure.ts';
import { forwardedHeaders, returnedHeaders, type Surroundings } from './forwarded-headers.ts';
import { QueueClock } from './queue-clock.ts';
import { refuse } from './refusal.ts';
import { relay } from './relay.ts';

const anyMediaType = 'application/octet-stream';

type RequestCallback = (error: Error | null, data: Dispatcher.ResponseData) => void;

/** What reply-from is at work for. */
interface Forwarding {
  readonly exchange: Exchange;
  /** Ends this exchange, and no other, without the answer of the upstream. */
  readonly giveUp: (error: unknown) => void;
}

export interface ForwarderOptions extends Surroundings {
  readonly dispatcher: PluginContext['dispatcher'];
}

/**
 * Sends calls on and their answers back, with @fastify/reply-from on a Fastify of its own. What this adds: the guarded
 * way out, captures of both bodies as they stream by, and an end of the answer that waits for the event.
 */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #exchanges = new Exchanges();
  /** reply-from takes one dispatcher for all calls; this tells whose call it is at work for. */
  readonly #current = new AsyncLocalStorage<Forwarding>();
  readonly #fastify: FastifyInstance;

  constructor(options: ForwarderOptions) {
    this.#options = options;
    this.#fastify = this.#createFastify();
  }

  async ready(): Promise<void> {
    await this.#fastify.ready();
  }

  async close(): Promise<void> {
    await this.#fastify.close();
  }

  forward(request: IncomingMessage, response: ServerResponse, exchange: Exchange): void {
    this.#exchanges.set(request, exchange);
    response.once('close', () => {
      if (!response.writableFinished)
        exchange.call.abandon(new Error('the caller went away before the end of the answer'));
    });
    // Fastify would have opinions of its own on the path and the media type; both are the upstream's affair.
    request.url = '/';
    if (request.headers['content-type'] !== undefined) request.headers['content-type'] = anyMediaType;
    this.#fastify.routing(request, response);
  }

  #createFastify(): FastifyInstance {
    const app = fastify({
      bodyLimit: Number.MAX_SAFE_INTEGER,
      return503OnClosing: false,
      exposeHeadRoutes: false,
    });
    const methods = METHODS.filter((method) => method !== 'CONNECT');
    const known: readonly string[] = app.supportedMethods;
    for (const method of methods) if (!known.includes(method)) app.addHttpMethod(method, { hasBody: true });
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (request, payload, done) => {
      done(null, this.#watched(request, payload));
    });
    app.setErrorHandler((error, request, reply) => this.#giveUp(error, request, reply));
    void app.register(replyFrom, {
      // It brings an undici of its own, but asks no more of a dispatcher than this.
      undici: { request: this.#dispatch } as unknown as replyFrom.FastifyReplyFromOptions['undici'] & object,
      disableCache: true,
      disableRequestLogging: true,
    });
    app.route({
      method: methods,
      url: '/',
      handler: (request, reply) => this.#send(request, reply),
    });
    return app;
  }

  /** The body of a request, looked at as it goes by. */
  #watched(request: FastifyRequest, payload: IncomingMessage): PassThrough {
    const { call } = this.#exchanges.of(request);
    const body = new PassThrough();
    payload.on('data', call.sent);
    // What goes wrong with it ends the exchange, and is told there.
    pipeline(payload, body, () => undefined);
    return body;
  }

  #send(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const exchange = this.#exchanges.of(request);
    const { path, query, origin, upstream } = exchange.target;
    const giveUp = (error: unknown): void => void this.#giveUp(error, request, reply);
    return this.#current.run({ exchange, giveUp }, () =>
      reply.from(path, {
        getUpstream: () => origin,
        queryString: () => query,
        timeout: upstream.timeout * 1_000,
        // Only the caller knows whether the call may be repeated.
        retryDelay: () => null,
        rewriteRequestHeaders: (_request, headers) =>
          forwardedHeaders(withMediaType(headers, request.raw), request.raw, this.#options),
        rewriteHeaders: (headers) => returnedHeaders(headers),
        onResponse: (_request, _reply, { statusCode: status, stream: body }) => {
          // After an answer that it refused, reply-from goes on as if it had not.
          if (reply.sent) {
            body.destroy();
            return;
          }
          reply.hijack();
          void relay(exchange, { status, headers: reply.getHeaders(), body }, reply.raw);
        },
        onError: (_reply, { error }) => {
          giveUp(error);
        },
      }),
    );
  }

  /** As `request` of a dispatcher, for the exchange at hand. */
  readonly #dispatch = (options: Dispatcher.RequestOptions, callback: RequestCallback): void => {
    const forwarding = this.#current.getStore();
    if (!forwarding) throw new Error('there is no call to forward');
    const { exchange, giveUp } = forwarding;
    const { allowInsecureCertificates, timeout } = exchange.target.upstream;
    const clock = new QueueClock({
      timeoutMs: timeout * 1_000,
      signal: exchange.call.signal,
      givenUp: giveUp,
    });
    const dispatcher = this.#options.dispatcher({ allowInsecureCertificates }).compose(clock.watch);
    dispatcher.request({ ...options, signal: clock.signal }, (error, data) => {
      clock.stop();
      exchange.failure = error;
      try {
        callback(error, data);
      } catch (thrown) {
        // undici has nobody to tell, and an answer that cannot be dealt with is no fault of the other calls.
        discard(error ? undefined : data);
        giveUp(thrown);
      }
    });
  };

  async #giveUp(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    reply.hijack();
    const exchange = this.#exchanges.of(request);
    const failure = failureOf(exchange.failure ?? error, exchange.target);
    await exchange.call.fail(failure.error);
    refuse(reply.raw, failure.status, failure.detail);
  }
}

/** Reads no more of an answer. */
function discard(answer: Dispatcher.ResponseData | undefined): void {
  answer?.body.on('error', () => undefined).destroy();
}

/** As the request has it, not as Fastify was told. */
function withMediaType(headers: IncomingHttpHeaders, { rawHeaders }: IncomingMessage): IncomingHttpHeaders {
  if (headers['content-type'] === undefined) return headers;
  const at = rawHeaders.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-type');
  return { ...headers, 'content-type': rawHeaders[at + 1] };
}

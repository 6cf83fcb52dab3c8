import { FastifyAdapter } from '@nestjs/platform-fastify';
import { errorCodes, type FastifyReply, type FastifyRequest } from 'fastify';
import { SignalboxError } from '../../domain/errors.ts';
import { withActing } from '../../kernel/audit/acting.ts';
import { withRequestCause } from '../../kernel/request-cause.ts';
import { causeHeader, parseCause } from '../../sdk/index.ts';
import { actingOf } from '../auth/acting-of.ts';
import { asSignalboxError } from '../errors/as-signalbox-error.ts';
import { problemHeaders, problemOf } from '../errors/problem.ts';
import type { Mounts } from '../../kernel/plugins/mounts.ts';
import { answerBrokenRequest } from './broken-request.ts';
import { FrontDoor } from './front-door.ts';
import type { HttpLimits } from './http-limits.ts';
import { parseJsonBody } from './json-body.ts';
import { isLarge } from './large-body.ts';
import { mediaTypes } from './media-types.ts';
import { isRaw } from './raw-body.ts';
import { requestId } from './request-id.ts';
import { RouteTable } from './route-table.ts';

/** The longest object key: 200 characters of four bytes each, percent-encoded. */
const maxParamLength = 200 * 4 * 3;

/** Fastify as Signalbox wants it: limits, its own body parser, headers of every answer. */
export class SignalboxAdapter extends FastifyAdapter {
  readonly routes = new RouteTable();
  readonly #frontDoor: FrontDoor;
  #closing = false;

  constructor(limits: HttpLimits) {
    const frontDoor = new FrontDoor(limits);
    super({
      bodyLimit: limits.bodyLimit,
      serverFactory: frontDoor.createServer,
      routerOptions: { maxParamLength },
      genReqId: requestId,
      requestIdHeader: false,
      // Fastify's own answer while it closes is no problem and has no Retry-After.
      return503OnClosing: false,
      frameworkErrors: answerUnroutable,
      clientErrorHandler: answerBrokenRequest,
    });
    this.#frontDoor = frontDoor;
    this.instance.addHook('onRoute', (route) => {
      this.routes.add(route.url, route.method);
      if (isRaw(route)) route.bodyLimit = limits.rawBodyLimit;
      if (isLarge(route)) route.bodyLimit = limits.largeBodyLimit;
    });
    this.instance.addHook('onRequest', (request, reply, done) => {
      addHeaders(request, reply);
      done(this.#closing ? closingError() : compressionError(request));
    });
    this.instance.addHook('preHandler', (request, _reply, done) => {
      const cause = parseCause(request.headers[causeHeader]);
      const go = cause ? () => withRequestCause(cause, done) : done;
      withActing(() => actingOf(request), go);
    });
    this.instance.addHook('preClose', (done) => {
      this.#closing = true;
      frontDoor.beginClose();
      done();
    });
    this.instance.removeAllContentTypeParsers();
    this.instance.addContentTypeParser(
      Object.values(mediaTypes),
      { parseAs: 'buffer' },
      (request, body, done) => {
        if (isRaw(request.routeOptions)) done(null, body);
        else parseBody(body, done);
      },
    );
    this.instance.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
      if (isRaw(request.routeOptions)) done(null, body);
      // What does not exist takes no media type at all, and says so itself.
      else done(request.is404 ? null : new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE());
    });
  }

  /** What plugins serve is theirs from now on, unless it is closed, for the reason given. */
  leadTo(mounts: Pick<Mounts, 'find'>, closed: () => SignalboxError | undefined): void {
    this.#frontDoor.mounts = mounts;
    this.#frontDoor.closed = closed;
  }

  /** Nest's own parsers would take forms and skip the checks of this one. */
  override registerParserMiddleware(): void {
    // Nothing: the constructor has registered the only ones.
  }
}

function addHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-request-id', request.id);
  reply.header('x-content-type-options', 'nosniff');
  reply.header('cache-control', 'no-store');
}

function closingError(): SignalboxError {
  return new SignalboxError('SHUTTING_DOWN', 'Signalbox is shutting down');
}

function compressionError({ headers }: FastifyRequest): SignalboxError | undefined {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') return undefined;
  return new SignalboxError(
    'UNSUPPORTED_MEDIA_TYPE',
    `content-encoding "${encoding}": the body must not be compressed`,
  );
}

function parseBody(body: string | Buffer, done: (error: Error | null, body?: unknown) => void): void {
  let parsed: unknown;
  try {
    parsed = parseJsonBody(Buffer.isBuffer(body) ? body : Buffer.from(body));
  } catch (error) {
    done(asSignalboxError(error));
    return;
  }
  done(null, parsed);
}

/** What the router turns down never reaches Nest. */
function answerUnroutable(thrown: Error, request: FastifyRequest, reply: FastifyReply): void {
  const error = asSignalboxError(thrown);
  addHeaders(request, reply);
  reply.code(error.status).headers(problemHeaders(error)).send(problemOf(error, request.id));
}

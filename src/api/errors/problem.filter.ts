import { Catch, Inject, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SignalboxError } from '../../domain/errors.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../../kernel/logger.ts';
import { principalOf, principalText } from '../auth/principal.ts';
import { SignalboxAdapter } from '../http/signalbox-adapter.ts';
import { asSignalboxError } from './as-signalbox-error.ts';
import { problemHeaders, problemOf } from './problem.ts';

/** Answers every error of every route, and of no route, as a problem. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly host: HttpAdapterHost,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  catch(thrown: unknown, context: ArgumentsHost): void {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const allowed = thrown instanceof NotFoundException ? this.#allowed(request) : [];
    const error =
      allowed.length > 0 ? methodNotAllowed(request, allowed) : named(asSignalboxError(thrown), request);
    if (error.code === 'INTERNAL') this.#log(thrown, request);
    else this.#logRefusal(error, request);
    const { httpAdapter } = this.host;
    // The answer has begun: nothing can be added to it.
    if (httpAdapter.isHeadersSent(reply)) return;
    for (const [name, value] of Object.entries(problemHeaders(error))) {
      httpAdapter.setHeader(reply, name, value);
    }
    if (allowed.length > 0) httpAdapter.setHeader(reply, 'allow', allowed.join(', '));
    httpAdapter.reply(reply, problemOf(error, request.id), error.status);
  }

  /** The methods of a path that was asked for with another one. */
  #allowed(request: FastifyRequest): readonly string[] {
    const { httpAdapter } = this.host;
    if (!request.is404 || !(httpAdapter instanceof SignalboxAdapter)) return [];
    const methods = httpAdapter.routes.methods(pathOf(request));
    return methods.includes(request.method) ? [] : methods;
  }

  /** Under the id that the answer tells; what was sent is left out. */
  #logRefusal({ status, code, field }: SignalboxError, request: FastifyRequest): void {
    const { id: requestId, method } = request;
    const what = {
      requestId,
      method,
      path: pathOf(request),
      status,
      code,
      ...(field !== undefined && { field }),
    };
    this.logger.info(what, 'request refused');
  }

  #log(thrown: unknown, request: FastifyRequest): void {
    const { id: requestId, method } = request;
    const principal = principalOf(request);
    this.logger.error(
      {
        requestId,
        method,
        path: pathOf(request),
        ...(principal && { by: principalText(principal) }),
        err: thrown,
      },
      'request failed',
    );
  }
}

function methodNotAllowed(request: FastifyRequest, allowed: readonly string[]): SignalboxError {
  const detail = `${pathOf(request)} does not answer to ${request.method}, but to ${allowed.join(', ')}`;
  return new SignalboxError('METHOD_NOT_ALLOWED', detail);
}

/** Fastify does not say which media type it was. */
function named(error: SignalboxError, { headers }: FastifyRequest): SignalboxError {
  if (error.code !== 'UNSUPPORTED_MEDIA_TYPE' || error.cause === undefined) return error;
  const { cause } = error;
  return new SignalboxError(error.code, `content-type "${headers['content-type'] ?? ''}" is not taken`, {
    cause,
  });
}

/** Without the query, which may hold what is nobody's business. */
function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1).join('');
}

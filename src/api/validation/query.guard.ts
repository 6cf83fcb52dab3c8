import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { SignalboxError } from '../../domain/errors.ts';

const ANY_QUERY = 'signalbox:any-query';

/** The route passes over parameters in its URL: who calls it may have to put some there. */
export const AnyQuery = (): MethodDecorator & ClassDecorator => SetMetadata(ANY_QUERY, true);

/**
 * Refuses parameters in the URL of routes that take none. Whoever has misspelt one must not think that it counts; those of routes
 * that take some are judged by their DTO.
 */
@Injectable()
export class QueryGuard implements CanActivate {
  readonly #takesQuery = new WeakMap<object, boolean>();

  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const { url, query } = context.switchToHttp().getRequest<FastifyRequest>();
    if (!url.includes('?') || !url.startsWith('/api/') || this.#takes(context)) return true;
    const [name] = Object.keys(query as object);
    if (name === undefined) return true;
    const field = name.slice(0, 100);
    const issues = [{ field, message: 'there is no such parameter' }];
    throw new SignalboxError('QUERY_INVALID', `${field}: there is no such parameter`, { field, issues });
  }

  #takes(context: ExecutionContext): boolean {
    const handler = context.getHandler();
    let takes = this.#takesQuery.get(handler);
    if (takes === undefined) this.#takesQuery.set(handler, (takes = this.#look(context)));
    return takes;
  }

  #look(context: ExecutionContext): boolean {
    const handler = context.getHandler();
    const marked = this.reflector.getAllAndOverride<boolean | undefined>(ANY_QUERY, [
      handler,
      context.getClass(),
    ]);
    if (marked === true) return true;
    const args = (Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), handler.name) ?? {}) as object;
    return Object.keys(args).some((key) => key.startsWith(`${String(RouteParamtypes.QUERY)}:`));
  }
}

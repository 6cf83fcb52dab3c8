import {
  Injectable,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { INTERCEPTORS_METADATA } from '@nestjs/common/constants.js';
import type { FastifyReply } from 'fastify';
import { tap, type Observable } from 'rxjs';

/** When a resource was made and changed last; epoch ms. */
export interface Stamped {
  readonly createdAt: number;
  readonly updatedAt: number;
}

/**
 * Stands for what is configured of a resource. It is made of times alone: anybody may see it, and a digest of settings could be
 * asked whether a guess at a secret is right.
 */
export function entityTag({ createdAt, updatedAt }: Stamped): string {
  return `"${createdAt.toString(36)}-${updatedAt.toString(36)}"`;
}

/** Gives answers that are one resource their `ETag`. */
@Injectable()
class EntityTags implements NestInterceptor<unknown, unknown> {
  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      tap((body) => {
        const stamped = stampsOf(body);
        if (stamped) reply.header('etag', entityTag(stamped));
      }),
    );
  }
}

/** Of a controller: its answers with one resource have an `ETag`. */
export function Tagged(): ClassDecorator & MethodDecorator {
  return UseInterceptors(EntityTags);
}

/** Whether the answers of a controller have an `ETag`. */
export function isTagged(controller: object): boolean {
  const interceptors = Reflect.getMetadata(INTERCEPTORS_METADATA, controller) as
    readonly unknown[] | undefined;
  return interceptors?.includes(EntityTags) === true;
}

function stampsOf(body: unknown): Stamped | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { createdAt, updatedAt } = body as { readonly createdAt?: unknown; readonly updatedAt?: unknown };
  if (typeof createdAt !== 'string' || typeof updatedAt !== 'string') return undefined;
  return { createdAt: Date.parse(createdAt), updatedAt: Date.parse(updatedAt) };
}

import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { SignalboxError } from '../../domain/errors.ts';
import { entityTag, type Stamped } from './entity-tag.ts';

/** What a request says of the resource that it is to change (RFC 9110, 13.1). */
export interface Preconditions {
  /** Throws PRECONDITION_FAILED. Undefined: there is no such resource. */
  check(stored: Stamped | undefined): void;
}

type Tags = '*' | readonly string[];

/** `@Conditions() conditions: Preconditions`, of handlers that change one resource. */
export const Conditions = createParamDecorator((_: unknown, context: ExecutionContext): Preconditions => {
  const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
  return preconditions(headers['if-match'], headers['if-none-match']);
});

function preconditions(match: string | undefined, noneMatch: string | undefined): Preconditions {
  const wanted = match === undefined ? undefined : tagsOf('If-Match', match);
  const unwanted = noneMatch === undefined ? undefined : tagsOf('If-None-Match', noneMatch);
  return {
    check(stored) {
      const current = stored && entityTag(stored);
      if (wanted !== undefined && !has(wanted, current)) throw changed(current);
      // Here weak tags count, too: what is meant is "not if it is this one".
      if (unwanted !== undefined && has(bare(unwanted), current)) throw exists();
    },
  };
}

/** One of the tags, or any at all. A weak tag is never that of a resource: it begins with `W/`. */
function has(tags: Tags, current: string | undefined): boolean {
  return current !== undefined && (tags === '*' || tags.includes(current));
}

function bare(tags: Tags): Tags {
  return tags === '*' ? tags : tags.map((tag) => tag.replace(/^W\//, ''));
}

const form = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;

function tagsOf(header: string, value: string): Tags {
  if (value.trim() === '*') return '*';
  const tags = (value.match(/(?:[^",]|"[^"]*"?)+/g) ?? []).map((tag) => tag.trim()).filter(Boolean);
  if (tags.length > 0 && tags.every((tag) => form.test(tag))) return tags;
  throw new SignalboxError(
    'REQUEST_INVALID',
    `${header}: must be * or tags as an ETag gives them, quotes included`,
  );
}

function changed(current: string | undefined): SignalboxError {
  return new SignalboxError(
    'PRECONDITION_FAILED',
    current === undefined
      ? 'If-Match: there is no such resource (any more)'
      : `If-Match: the resource is ${current} now; get it again and send the change anew`,
  );
}

function exists(): SignalboxError {
  return new SignalboxError('PRECONDITION_FAILED', 'If-None-Match: there is such a resource already');
}

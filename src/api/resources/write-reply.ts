import type { FastifyReply } from 'fastify';
import type { Applied } from '../../kernel/resources/resource-input.ts';

/** 201 with `Location` for what is new, else 200. */
export function answerWrite(reply: FastifyReply, { change }: Applied, path: readonly string[]): void {
  if (change !== 'created') {
    reply.status(200);
    return;
  }
  reply.status(201);
  reply.header('location', ['/api', ...path.map(encodeURIComponent)].join('/'));
}

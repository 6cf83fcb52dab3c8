import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../domain/audit.ts';
import type { Acting } from '../../kernel/audit/acting.ts';
import { principalOf, type Principal } from './principal.ts';

/** Who acts by a request, as far as it is known by now. */
export function actingOf(request: FastifyRequest): Acting {
  const principal = principalOf(request);
  const actor: Actor = principal ? actorOf(principal) : { kind: 'nobody' };
  return { actor, requestId: request.id, address: request.ip };
}

function actorOf({ kind, name, id, session }: Principal): Actor {
  return { kind, name, ...(id !== undefined && { id }), ...(session && { session: session.id }) };
}

import { Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { InboundEndpoints } from '../../kernel/inbound/inbound-endpoints.ts';
import type { Published } from '../../kernel/stream/event-stream.ts';
import type { JsonValue } from '../../sdk/index.ts';
import { Public } from '../auth/scopes.ts';
import { Documented } from '../openapi/route-docs.ts';
import { bodyText, parseJsonBody } from '../http/json-body.ts';
import { RawBody } from '../http/raw-body.ts';
import { AnyQuery } from '../validation/query.guard.ts';

@Controller('api/ingest')
export class InboundController {
  constructor(private readonly endpoints: InboundEndpoints) {}

  /** No token of the API opens it: each endpoint asks for a credential of its own. Answers once all is on disk. */
  @Post(':name')
  @Documented({
    summary: 'Take what another system posts',
    bodySchema: 'anything',
    errors: [
      'INBOUND_REFUSED',
      'FORBIDDEN',
      'EVENT_INVALID',
      'EVENT_TYPE_UNKNOWN',
      'RESOURCE_INVALID',
      'BATCH_TOO_LARGE',
      'OVERLOADED',
      'PLUGIN_DOWN',
    ],
  })
  @HttpCode(202)
  @Public()
  @AnyQuery()
  @RawBody()
  async receive(
    @Param('name') name: string,
    @Req() { headers, body }: FastifyRequest,
  ): Promise<{ readonly events: readonly Published[] }> {
    const events = await this.endpoints.receive(name, {
      headers: flat(headers),
      body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
      decode: bodyText,
      parse: (bytes) => parseJsonBody(bytes) as JsonValue | undefined,
    });
    return { events };
  }
}

/** Only `set-cookie` is ever a list, and no request has it. */
function flat(headers: FastifyRequest['headers']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

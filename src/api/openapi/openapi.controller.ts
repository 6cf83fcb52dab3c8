import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { RequireScope } from '../auth/scopes.ts';
import { OpenApi } from './openapi.ts';
import { Documented } from './route-docs.ts';

@Controller('api/openapi.json')
export class OpenApiController {
  constructor(private readonly openApi: OpenApi) {}

  /** It tells which plugins there are: for those who may read that, too. */
  @Get()
  @Documented({ summary: 'Describe this API', answer: { type: 'object' } })
  @RequireScope('read')
  async get(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    reply.header('content-type', 'application/json; charset=utf-8');
    return this.openApi.json();
  }
}

import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { RequireScope } from '../auth/scopes.ts';
import { Documented } from '../openapi/route-docs.ts';
import { Metrics } from './metrics.ts';

/** For Prometheus, which sends a token like everybody else. */
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @Documented({ summary: 'Read the metrics, for Prometheus', produces: 'text/plain' })
  @RequireScope('read')
  async get(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    reply.header('content-type', this.metrics.contentType);
    return this.metrics.text();
  }
}

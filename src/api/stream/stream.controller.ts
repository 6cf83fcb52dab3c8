import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KERNEL_LIMITS, type KernelLimits } from '../../kernel/limits.ts';
import { HISTORY, type HistoryPort } from '../../kernel/ports.ts';
import { Authenticator } from '../auth/authenticator.ts';
import { RequireScope } from '../auth/scopes.ts';
import { Documented } from '../openapi/route-docs.ts';
import { changesSince } from './replay.ts';
import { selectionOf, type Selection } from './selection.ts';
import { STREAM_LIMITS, type StreamLimits } from './stream-limits.ts';
import { changeMessage, message } from './stream-message.ts';
import { StreamQueryDto } from './stream-query.dto.ts';
import { StreamReaders } from './stream-readers.ts';

/** Milliseconds that a reader is to wait before it connects again. */
const retryMs = 2_000;

/** Events, runs and attempts as they happen: server-sent events. */
@Controller('api/stream')
export class StreamController {
  constructor(
    private readonly readers: StreamReaders,
    private readonly authenticator: Authenticator,
    @Inject(HISTORY) private readonly history: HistoryPort,
    @Inject(STREAM_LIMITS) private readonly limits: StreamLimits,
    @Inject(KERNEL_LIMITS) private readonly kernelLimits: KernelLimits,
  ) {}

  @Get()
  @Documented({
    summary: 'Follow events, runs and attempts as they happen',
    produces: 'text/event-stream',
    errors: ['OVERLOADED'],
  })
  @RequireScope('read')
  async stream(
    @Query() query: StreamQueryDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.readers.checkRoom();
    const selects = selectionOf(query);
    const reader = this.readers.add(reply.raw, {
      selects,
      requestId: request.id,
      stillMay: () => this.authenticator.stillMay(request, 'read'),
    });
    const now = Date.now();
    const missed = await this.#missed(request.headers['last-event-id'], selects, now);
    reply.hijack();
    reply.raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      // For nginx, which would hold everything back.
      'x-accel-buffering': 'no',
    });
    reader.open(`retry: ${String(retryMs)}\n${message('open', {}, now)}${missed}`);
  }

  /** What a reader that comes again has not been told, or that it cannot be told all of it. */
  async #missed(
    lastEventId: string | string[] | undefined,
    selects: Selection,
    now: number,
  ): Promise<string> {
    if (lastEventId === undefined || lastEventId === '') return '';
    const since =
      typeof lastEventId === 'string' && /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : NaN;
    const reset = (reason: string): string => message('reset', { reason }, now);
    if (Number.isNaN(since)) return reset('unknown_id');
    const { maxAgeMs, maxChanges } = this.limits.replay;
    if (since < now - maxAgeMs) return reset('too_old');
    const changes = await changesSince(this.history, { since, maxChanges, selects });
    const { maxDepth } = this.kernelLimits.routing;
    const text = changes?.map((change) => changeMessage(change, now, maxDepth)).join('');
    // What would cut the reader off would do so again and again.
    return text === undefined || text.length > this.limits.maxBuffered / 2 ? reset('too_many') : text;
  }
}

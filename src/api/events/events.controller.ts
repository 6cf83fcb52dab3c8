import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { SignalboxError } from '../../domain/errors.ts';
import type { EventRecord } from '../../domain/records.ts';
import { KERNEL_LIMITS, type KernelLimits } from '../../kernel/limits.ts';
import { HISTORY, type HistoryPort } from '../../kernel/ports.ts';
import type { EventOrigin } from '../../kernel/stream/event-input.ts';
import { EventStream, type Published } from '../../kernel/stream/event-stream.ts';
import { RequireScope } from '../auth/scopes.ts';
import { Documented } from '../openapi/route-docs.ts';
import { notFound } from '../errors/not-found.ts';
import { historyPage } from '../paging/history-query.dto.ts';
import { pageView, type PageView } from '../paging/page-view.ts';
import { AnyQuery } from '../validation/query.guard.ts';
import { eventFilter, EventQueryDto } from './event-query.dto.ts';
import { eventView, type EventView } from './event-view.ts';
import { eventWithRunsView, type EventWithRunsView } from './event-with-runs-view.ts';
import { inBatch, readIngest, type Ingest } from './ingest.ts';

const origin: EventOrigin = { defaultSource: 'signalbox/api', outside: true };
const maxRuns = 500;

@Controller('api/events')
export class EventsController {
  constructor(
    private readonly stream: EventStream,
    @Inject(HISTORY) private readonly history: HistoryPort,
    @Inject(KERNEL_LIMITS) private readonly limits: KernelLimits,
  ) {}

  /** The hot route: the bare request, so that no pipe runs. Answers once all is on disk. */
  @Post()
  @Documented({
    summary: 'Send events',
    bodySchema: 'events',
    errors: [
      'QUERY_INVALID',
      'EVENT_INVALID',
      'EVENT_TYPE_UNKNOWN',
      'RESOURCE_INVALID',
      'BATCH_TOO_LARGE',
      'OVERLOADED',
    ],
  })
  @HttpCode(202)
  @RequireScope('ingest')
  @AnyQuery()
  async ingest(
    @Req() request: FastifyRequest,
  ): Promise<Published | { readonly events: readonly Published[] }> {
    if (request.url.includes('?')) refuseDryRun(request.query as object);
    const ingest = readIngest(request.headers, request.body);
    const published = await this.#publish(ingest);
    const [single] = published;
    return ingest.batch || !single ? { events: published } : single;
  }

  @Get()
  @Documented({ summary: 'List events, newest first' })
  @RequireScope('read')
  async list(@Query() query: EventQueryDto): Promise<PageView<EventView>> {
    const page = await historyPage('events', query, (request) =>
      this.history.events({ ...request, ...eventFilter(query) }),
    );
    return pageView(page, (event) => this.#view(event));
  }

  @Get(':id')
  @Documented({ summary: 'Read an event and the runs that it caused' })
  @RequireScope('read')
  async get(@Param('id') id: string): Promise<EventWithRunsView> {
    const event = await this.history.event(id);
    if (!event) throw notFound('event', id);
    return eventWithRunsView(this.#view(event), await this.history.runs({ eventId: id, limit: maxRuns }));
  }

  #view(event: EventRecord): EventView {
    return eventView(event, this.limits.routing.maxDepth);
  }

  async #publish({ events, batch }: Ingest): Promise<readonly Published[]> {
    try {
      return await this.stream.publish(events, origin);
    } catch (error) {
      // A batch of one is told of by its index, too.
      if (!batch || !(error instanceof SignalboxError) || !isAboutOne(error, events.length)) throw error;
      throw inBatch(error, error.index ?? 0);
    }
  }
}

function isAboutOne(error: SignalboxError, count: number): boolean {
  return error.index !== undefined || (count === 1 && error.field !== undefined);
}

/** Whoever asks for one must not find the event stored. */
function refuseDryRun(query: object): void {
  if (!('dryRun' in query)) return;
  const message = 'events are taken or not; POST /api/events:explain says what one would do';
  const issues = [{ field: 'dryRun', message }];
  throw new SignalboxError('QUERY_INVALID', `dryRun: ${message}`, { field: 'dryRun', issues });
}

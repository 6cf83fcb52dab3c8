import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { SignalboxError } from '../../domain/errors.ts';
import type { EventRecord, TaskRecord, TriggerRecord } from '../../domain/records.ts';
import { Explainer } from '../../kernel/explain/explainer.ts';
import { HISTORY, type HistoryPort } from '../../kernel/ports.ts';
import { ResourceIndex } from '../../kernel/resources/resource-index.ts';
import { EventStream } from '../../kernel/stream/event-stream.ts';
import { RequireScope } from '../auth/scopes.ts';
import { Documented } from '../openapi/route-docs.ts';
import { notFound } from '../errors/not-found.ts';
import { inBatch, readIngest, type Ingest } from '../events/ingest.ts';
import { PageQueryDto } from '../paging/page-query.dto.ts';
import { explanationView, type ExplanationView, type Happened } from './explanation-view.ts';

/** Events in one request: each costs a look at every trigger of its type. */
const maxEvents = 20;
const maxRuns = 500;

export interface ExplanationsView {
  /** One for each object that the events are about, by the configuration as it is now. */
  readonly items: readonly ExplanationView[];
}

/** Why triggers fire or do not. Nothing is stored or fired. */
@Controller('api')
export class ExplainController {
  constructor(
    private readonly explainer: Explainer,
    private readonly stream: EventStream,
    private readonly index: ResourceIndex,
    @Inject(HISTORY) private readonly history: HistoryPort,
  ) {}

  /** Of events that have not happened, in any form in which they could be sent. */
  @Post('events::explain')
  @Documented({
    summary: 'Explain what events would cause',
    bodySchema: 'events',
    errors: ['EVENT_INVALID', 'EVENT_TYPE_UNKNOWN', 'RESOURCE_INVALID', 'BATCH_TOO_LARGE'],
  })
  @HttpCode(200)
  @RequireScope('read')
  async explain(@Req() request: FastifyRequest, @Query() page: PageQueryDto): Promise<ExplanationsView> {
    const events = this.#events(readIngest(request.headers, request.body));
    return { items: await Promise.all(events.map((event) => this.#view(event, page))) };
  }

  /** Of an event that has happened: what it would cause now, beside what it has caused. */
  @Get('events/:id/explain')
  @Documented({ summary: 'Explain what an event would cause now' })
  @RequireScope('read')
  async explainStored(@Param('id') id: string, @Query() page: PageQueryDto): Promise<ExplanationsView> {
    const event = await this.history.event(id);
    if (!event) throw notFound('event', id);
    const { items, next } = await this.history.runs({ eventId: id, limit: maxRuns });
    const triggers = items.map(({ triggerId }) => triggerId);
    return { items: [await this.#view(event, page, { id, triggers, more: next !== undefined })] };
  }

  #events({ events, batch }: Ingest): readonly EventRecord[] {
    if (events.length > maxEvents) {
      const [max, got] = [maxEvents, events.length].map(String) as [string, string];
      throw new SignalboxError('BATCH_TOO_LARGE', `at most ${max} events are explained at once, got ${got}`);
    }
    return events.flatMap((event, i) => {
      try {
        // Those that only Signalbox itself may speak for can be asked about, too.
        return this.stream.judge(event, { defaultSource: 'signalbox/api' });
      } catch (error) {
        throw batch && error instanceof SignalboxError ? inBatch(error, i) : error;
      }
    });
  }

  #view(event: EventRecord, page: PageQueryDto, happened?: Happened): Promise<ExplanationView> {
    return explanationView(this.explainer.explain(event), {
      explainer: this.explainer,
      page,
      taskOf: ({ task }: TriggerRecord): TaskRecord | undefined => this.index.task(task),
      ...(happened && { happened }),
    });
  }
}

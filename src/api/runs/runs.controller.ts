import { Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import type { RunRecord } from '../../domain/records.ts';
import { RunControl } from '../../kernel/dispatch/run-control.ts';
import { HISTORY, type HistoryPort } from '../../kernel/ports.ts';
import { RequireScope } from '../auth/scopes.ts';
import { notFound } from '../errors/not-found.ts';
import { pageRequest } from '../paging/history-query.dto.ts';
import { pageView, type PageView } from '../paging/page-view.ts';
import { RunQueryDto } from './run-query.dto.ts';
import { runDetailView, runView, type RunDetailView, type RunView } from './run-view.ts';

@Controller('api/runs')
export class RunsController {
  constructor(
    private readonly control: RunControl,
    @Inject(HISTORY) private readonly history: HistoryPort,
  ) {}

  @Get()
  @RequireScope('read')
  async list(@Query() query: RunQueryDto): Promise<PageView<RunView>> {
    const { state, task, object, event } = query;
    const page = await this.history.runs({
      ...pageRequest(query),
      ...(state && { states: state }),
      ...(task !== undefined && { taskId: task }),
      ...(object !== undefined && { target: object }),
      ...(event !== undefined && { eventId: event }),
    });
    return pageView(page, runView);
  }

  @Get(':id')
  @RequireScope('read')
  async get(@Param('id') id: string): Promise<RunDetailView> {
    const run = await this.history.run(id);
    if (!run) throw notFound('run', id);
    return this.#detail(run);
  }

  /** Puts a failed, held or cancelled run back; it is done when its state says so. */
  @Post(':id/retry')
  @HttpCode(202)
  @RequireScope('operate')
  async retry(@Param('id') id: string): Promise<RunView> {
    return runView(await this.control.retry(id));
  }

  async #detail(run: RunRecord): Promise<RunDetailView> {
    const [event, attempts] = await Promise.all([
      this.history.event(run.eventId),
      this.history.attempts(run.id),
    ]);
    return runDetailView(run, { event, attempts });
  }
}

import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import type { RunRecord } from '../../domain/records.ts';
import { RunControl } from '../../kernel/dispatch/run-control.ts';
import { HISTORY, type HistoryPort } from '../../kernel/ports.ts';
import { ResourceService } from '../../kernel/resources/resource.service.ts';
import { RequireScope } from '../auth/scopes.ts';
import { Documented } from '../openapi/route-docs.ts';
import { notFound } from '../errors/not-found.ts';
import type { PageView } from '../paging/page-view.ts';
import { RunQueryDto } from './run-query.dto.ts';
import {
  heldView,
  runDetailView,
  runView,
  type HeldView,
  type RunDetailView,
  type RunView,
} from './run-view.ts';
import { Runs } from './runs.ts';

@Controller('api/runs')
export class RunsController {
  constructor(
    private readonly runs: Runs,
    private readonly control: RunControl,
    private readonly resources: ResourceService,
    @Inject(HISTORY) private readonly history: HistoryPort,
  ) {}

  @Get()
  @Documented({ summary: 'List runs: the log of what was done' })
  @RequireScope('read')
  list(@Query() query: RunQueryDto): Promise<PageView<RunView>> {
    return this.runs.list(query);
  }

  /** What is held and why, by target, action and reason. */
  @Get('held')
  @Documented({ summary: 'Sum up what is held, and why' })
  @RequireScope('read')
  async held(): Promise<{ readonly items: readonly HeldView[] }> {
    return { items: (await this.history.held()).map(heldView) };
  }

  @Get(':id')
  @Documented({ summary: 'Read a run and its attempts' })
  @RequireScope('read')
  async get(@Param('id') id: string): Promise<RunDetailView> {
    const run = await this.history.run(id);
    if (!run) throw notFound('run', id);
    return this.#detail(run);
  }

  /** Puts a failed, held or cancelled run back; it is done when its state says so. */
  @Post(':id/retry')
  @Documented({ summary: 'Try a run again', errors: ['RUN_NOT_RETRYABLE'] })
  @HttpCode(202)
  @RequireScope('operate')
  async retry(@Param('id') id: string): Promise<RunView> {
    return runView(await this.control.retry(id));
  }

  /** Pending and held runs only. */
  @Post(':id/cancel')
  @Documented({ summary: 'Cancel a run', errors: ['RUN_NOT_CANCELLABLE'] })
  @HttpCode(200)
  @RequireScope('operate')
  async cancel(@Param('id') id: string): Promise<RunView> {
    return runView(await this.control.cancel(id));
  }

  /** Deletes a run that has ended, and its attempts. The event stays. */
  @Delete(':id')
  @Documented({ summary: 'Delete a run that has ended', errors: ['RUN_NOT_ENDED'] })
  @HttpCode(204)
  async remove(@Param('id') id: string): Promise<void> {
    await this.control.remove(id);
  }

  async #detail(run: RunRecord): Promise<RunDetailView> {
    const [event, attempts, [context]] = await Promise.all([
      this.history.event(run.eventId),
      this.history.attempts(run.id),
      this.history.contexts([run]),
    ]);
    const input = this.resources.maskedInput(run.action, run.input);
    return runDetailView(run, { input, event, attempts, context: this.runs.surroundings(run, context) });
  }
}

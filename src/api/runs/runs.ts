import { Inject, Injectable } from '@nestjs/common';
import { SignalboxError } from '../../domain/errors.ts';
import type { RunRecord } from '../../domain/records.ts';
import { RunWaits } from '../../kernel/dispatch/run-waits.ts';
import { HISTORY, type HistoryPort, type RunContext, type RunQuery } from '../../kernel/ports.ts';
import { historyPage } from '../paging/history-query.dto.ts';
import { pageView, type PageView } from '../paging/page-view.ts';
import { runQuery, type RunQueryDto } from './run-query.dto.ts';
import { runView, type RunSurroundings, type RunView } from './run-view.ts';

/** Runs as the API lists them, whatever the path. */
@Injectable()
export class Runs {
  constructor(
    private readonly waits: RunWaits,
    @Inject(HISTORY) private readonly history: HistoryPort,
  ) {}

  async list(query: RunQueryDto, more: Pick<RunQuery, 'target'> = {}): Promise<PageView<RunView>> {
    const page = await historyPage('runs', query, (request) =>
      this.history.runs({ ...request, ...runQuery(query), ...more }),
    );
    const contexts = await this.history.contexts(page.items);
    const items = page.items.map((run, i) => ({ run, context: contexts[i] }));
    return pageView({ ...page, items }, ({ run, context }) => runView(run, this.surroundings(run, context)));
  }

  /** Those that act on one object, `webhook/slack-ops`. */
  async listOf(target: string, query: RunQueryDto): Promise<PageView<RunView>> {
    if (query.object === undefined) return this.list(query, { target });
    throw new SignalboxError('QUERY_INVALID', 'object: the path says which', { field: 'object' });
  }

  /** What is shown beside a run. */
  surroundings(run: RunRecord, context?: RunContext): RunSurroundings {
    return { ...context, notBefore: run.state === 'pending' ? this.waits.notBefore(run) : undefined };
  }
}

import { historyCursor } from '../paging/history-query.dto.ts';
import type { RunRecord } from '../../domain/records.ts';
import type { Page } from '../../kernel/ports.ts';
import { runView, type RunView } from '../runs/run-view.ts';
import type { EventView } from './event-view.ts';

export interface EventWithRunsView extends EventView {
  /** What it caused, newest first. */
  readonly runs: readonly RunView[];
  /** Where the rest is, when there are more runs than are listed here. */
  readonly moreRuns?: string;
}

export function eventWithRunsView(event: EventView, { items, next }: Page<RunRecord>): EventWithRunsView {
  return {
    ...event,
    runs: items.map((run) => runView(run)),
    ...(next !== undefined && {
      moreRuns: `/api/runs?event=${event.id}&cursor=${historyCursor('runs', next)}`,
    }),
  };
}

import type { AttemptRecord, RunRecord } from '../../domain/records.ts';
import type { CausingEvent, LiveChange } from '../../kernel/live/live-feed.ts';
import { eventView } from '../events/event-view.ts';
import { runView, type RunView } from '../runs/run-view.ts';
import { rfc3339Of } from '../validation/rfc3339.ts';

/** An attempt in short; `GET /api/runs/:id` has what was sent and received. */
export interface LiveAttemptView extends Pick<RunView, 'task' | 'action' | 'target' | 'event'> {
  /** Id of its run. */
  readonly run: string;
  readonly number: number;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly outcome: AttemptRecord['outcome'];
  readonly error?: string;
}

/** One server-sent event. Its id is when it was sent, epoch ms: what is asked for after it is looked up by time. */
export function message(name: string, data: unknown, id: number): string {
  return `id: ${String(id)}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

export function changeMessage(change: LiveChange, id: number, maxDepth: number): string {
  switch (change.kind) {
    case 'event':
      return message('event', eventView(change.event, maxDepth), id);
    case 'run':
      return message('run', runView(change.run, contextOf(change.event)), id);
    case 'attempt':
      return message('attempt', attemptView(change.attempt, change.run, change.event), id);
  }
}

/** Keeps proxies from closing a quiet connection, and readers up to date on where to go on. */
export function heartbeat(id: number): string {
  return `: heartbeat\nid: ${String(id)}\n\n`;
}

function attemptView(
  { number, startedAt, durationMs, outcome, error }: AttemptRecord,
  run: RunRecord,
  causing: CausingEvent | undefined,
): LiveAttemptView {
  const { task, action, target, event } = runView(run, contextOf(causing));
  return {
    ...{ run: run.id, task, action, target, event, number },
    startedAt: rfc3339Of(startedAt),
    durationMs,
    outcome,
    ...(error !== undefined && { error }),
  };
}

function contextOf(event: CausingEvent | undefined) {
  if (!event) return {};
  const { type, object } = event;
  return { event: { type, ...(object !== undefined && { object }) } };
}

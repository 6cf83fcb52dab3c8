import { splitName, type RunState } from '../domain/records.ts';
import type { RunAnswer } from './run-answer.ts';
import type { Cell } from './table.ts';
import type { Style } from './terminal.ts';
import { timeText } from './times.ts';

export const runTitles = ['TIME', 'STATE', 'TASK', 'ACTION', 'RUN', 'NOTE'] as const;

/** Widths for rows that are printed one by one. */
export const followWidths = [19, 9, 20, 30, 36, 20];

/** What is due so soon does not wait; clocks differ by as much. */
const slackMs = 2_000;

const stateStyles: Readonly<Record<RunState, Style>> = {
  pending: 'cyan',
  running: 'blue',
  succeeded: 'green',
  failed: 'red',
  held: 'yellow',
  cancelled: 'dim',
};

/** A run in a row: when it came into its state, what it does to what, and what there is to say. */
export function runRow(run: RunAnswer, now: Date = new Date()): readonly Cell[] {
  const since = run.finishedAt ?? run.startedAt ?? run.createdAt;
  return [
    { text: timeText(since), style: 'dim', whole: true },
    { text: run.state, style: stateStyles[run.state] },
    { text: run.task.name },
    { text: `${splitName(run.action).member} ${run.target}` },
    { text: run.id, style: 'dim', whole: true },
    { text: note(run, now) },
  ];
}

function note(run: RunAnswer, now: Date): string {
  const { state, attempts, reason } = run;
  const because = reason === undefined ? '' : `: ${reason}`;
  switch (state) {
    case 'pending':
      if (attempts > 0) return `attempt ${attempts + 1} at ${timeText(run.dueAt)}${because}`;
      return waitText(run, now);
    case 'running':
      return attempts === 0 ? '' : `attempt ${attempts + 1}`;
    case 'succeeded':
      return attempts > 1 ? `${durationText(run)}, attempt ${attempts}` : durationText(run);
    case 'failed':
    case 'held':
    case 'cancelled':
      return reason ?? '';
  }
}

function waitText({ dueAt, notBefore }: RunAnswer, now: Date): string {
  if (notBefore !== undefined) return `not before ${timeText(notBefore)}: its target has just been acted on`;
  return Date.parse(dueAt) > now.getTime() + slackMs ? `waits until ${timeText(dueAt)}` : '';
}

function durationText({ startedAt, finishedAt }: RunAnswer): string {
  if (startedAt === undefined || finishedAt === undefined) return '';
  const ms = Date.parse(finishedAt) - Date.parse(startedAt);
  return ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

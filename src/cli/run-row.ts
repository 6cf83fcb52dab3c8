import { splitName, type RunState } from '../domain/records.ts';
import type { RunAnswer } from './run-answer.ts';
import type { Cell } from './table.ts';
import type { Style } from './terminal.ts';

export const runTitles = ['TIME', 'STATE', 'TASK', 'ACTION', 'RUN', 'NOTE'] as const;

/** Widths for rows that are printed one by one. */
export const followWidths = [8, 9, 20, 30, 36];

const styles: Readonly<Record<RunState, Style>> = {
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
    { text: timeText(new Date(since), now), style: 'dim' },
    { text: run.state, style: styles[run.state] },
    { text: run.task.name },
    { text: `${splitName(run.action).member} ${run.target}` },
    { text: run.id, style: 'dim' },
    { text: note(run, now) },
  ];
}

function note(run: RunAnswer, now: Date): string {
  const { state, attempts, reason } = run;
  const because = reason === undefined ? '' : `: ${reason}`;
  switch (state) {
    case 'pending':
      return attempts === 0
        ? ''
        : `attempt ${attempts + 1} at ${timeText(new Date(run.dueAt), now)}${because}`;
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

function durationText({ startedAt, finishedAt }: RunAnswer): string {
  if (startedAt === undefined || finishedAt === undefined) return '';
  const ms = Date.parse(finishedAt) - Date.parse(startedAt);
  return ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** The time of day, with the date if it is another day. */
function timeText(time: Date, now: Date): string {
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits).join(':');
  if (time.toDateString() === now.toDateString()) return clock;
  return `${time.getFullYear()}-${twoDigits(time.getMonth() + 1)}-${twoDigits(time.getDate())} ${clock}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

import { dayMs, hourMs, minuteMs } from './local-time.ts';
import { parseEvery, type ScheduleSettings } from './settings.ts';
import type { Times } from './times.ts';

/** What is later than this was missed, ms: Signalbox was down, or the machine slept. */
export const lateMs = minuteMs;

/** One time that has come. */
export interface DueTime {
  readonly at: number;
  readonly misfire: boolean;
}

/**
 * Which times of a schedule are to come due now, in their order, after those up to `after` are dealt with. Those from
 * `onTime` on are not late.
 */
export function* dueTimes(
  times: Times,
  { misfire, grace }: Pick<ScheduleSettings, 'misfire' | 'grace'>,
  { after, now, onTime }: { readonly after: number; readonly now: number; readonly onTime: number },
): Generator<DueTime> {
  const earliest = Math.max(after, grace === undefined ? -Infinity : now - msOf(grace) - 1);
  if (misfire === 'all') {
    for (const at of upTo(times, earliest, onTime - 1)) yield { at, misfire: true };
  } else if (misfire === 'once' && firstOf(times, Math.max(after, onTime - 1), now) === undefined) {
    const at = lastUpTo(times, earliest, onTime - 1);
    if (at !== undefined) yield { at, misfire: true };
  }
  for (const at of upTo(times, Math.max(after, onTime - 1), now)) yield { at, misfire: false };
}

function* upTo(times: Times, after: number, last: number): Generator<number> {
  for (let at = firstOf(times, after, last); at !== undefined; at = firstOf(times, at, last)) yield at;
}

function firstOf(times: Times, after: number, last: number): number | undefined {
  const at = times.next(after);
  return at === undefined || at > last ? undefined : at;
}

/** Looks back twice as far each time: what was missed may have been every minute of a year. */
function lastUpTo(times: Times, after: number, last: number): number | undefined {
  for (let backMs = minuteMs; ; backMs *= 2) {
    const from = Math.max(after, last - backMs);
    const found = [...upTo(times, from, last)].at(-1);
    if (found !== undefined || from <= after) return found;
  }
}

const unitMs = {
  minute: minuteMs,
  hour: hourMs,
  day: dayMs,
  week: 7 * dayMs,
  month: 30 * dayMs,
  year: 365 * dayMs,
};

function msOf(text: string): number {
  const { count, unit } = parseEvery(text);
  return count * unitMs[unit];
}

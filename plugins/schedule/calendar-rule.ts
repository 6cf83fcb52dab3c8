import { Cron } from 'croner';
import { RRuleTemporal } from 'rrule-temporal';
import { formatLocal } from './local-time.ts';
import { between, type Times } from './times.ts';

/*
 * Rules of the calendar, by libraries. They are asked for times on the wall: in UTC, where clocks are never changed.
 * When that is in a zone is told by wall-clock.ts.
 */

/** How many periods (days, weeks …) to look through: the calendar repeats itself after 400 years, which are 20,871 weeks. */
const patience = 21_000;

/** Of a rule it cannot be said when it comes next, nor that it never does. */
export class RuleTooSparseError extends Error {}

/**
 * An RFC 5545 recurrence rule (`FREQ=…`) from a time on the wall on. With a zone its times are instants. Asking it may
 * throw a RuleTooSparseError.
 */
export function recurrenceRule(rule: string, start: number, zone = 'UTC'): Times {
  const [counted, count] = /(?:^|;)COUNT=(\d+)/.exec(rule) ?? [];
  if (counted === undefined) return endless(rule, start, zone);
  if (Number(count) > maxCount) {
    throw new Error(`its COUNT must not be more than ${String(maxCount)}: say UNTIL, or end, in its place`);
  }
  const row = endless(rule.replace(counted, ''), start, zone);
  let last: number | undefined;
  // Counted but once, and not before somebody asks.
  return { next: (after) => between(row, -Infinity, (last ??= lastOf(rule, start, zone))).next(after) };
}

/** Counting so many takes up to half a second. */
const maxCount = 10_000;

function endless(rule: string, start: number, zone: string): Times {
  const parsed = parse(rule, start, zone);
  return {
    next(after) {
      try {
        return parsed.next(new Date(after))?.epochMilliseconds;
      } catch (error) {
        if (!isOutOfPatience(error)) throw error;
        if (/FREQ=(YEARLY|MONTHLY|WEEKLY)/.test(rule)) return undefined;
        throw new RuleTooSparseError(
          `no time of it is found in ${String(patience)} periods of its FREQ: say a longer one, such as YEARLY`,
          { cause: error },
        );
      }
    },
  };
}

function lastOf(rule: string, start: number, zone: string): number {
  try {
    return parse(rule, start, zone).all().at(-1)?.epochMilliseconds ?? -Infinity;
  } catch (error) {
    if (!isOutOfPatience(error)) throw error;
    throw new RuleTooSparseError('its COUNT leads too far: say UNTIL, or end, in its place', {
      cause: error,
    });
  }
}

function parse(rule: string, start: number, zone: string): RRuleTemporal {
  const rruleString = rruleText(rule, start, zone);
  return new RRuleTemporal({ rruleString, maxIterations: patience, cache: false });
}

function isOutOfPatience(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Maximum ');
}

/** As iCalendar has it, its start included. */
export function rruleText(rule: string, start: number, zone = 'UTC'): string {
  return `DTSTART;TZID=${zone}:${formatLocal(start).replaceAll(/[-:]/g, '')}\nRRULE:${rule}`;
}

/** A cron expression of five fields. Throws with what is wrong with it. */
export function cronRule(expression: string): Times {
  const cron = new Cron(expression, { mode: '5-part', utcOffset: 0, paused: true });
  return { next: (after) => cron.nextRun(new Date(after))?.getTime() };
}

import { Cron } from 'croner';
import { RRuleTemporal } from 'rrule-temporal';
import { formatLocal } from './local-time.ts';
import type { Times } from './times.ts';

/*
 * Rules of the calendar, by libraries. They are asked for times on the wall: in UTC, where clocks are never changed.
 * When that is in a zone is told by wall-clock.ts.
 */

/** An RFC 5545 recurrence rule (`FREQ=…`) from a time on the wall on. With a zone its times are instants. */
export function recurrenceRule(rule: string, start: number, zone = 'UTC'): Times {
  const parsed = new RRuleTemporal({ rruleString: rruleText(rule, start, zone) });
  return {
    next(after) {
      try {
        return parsed.next(new Date(after))?.epochMilliseconds;
      } catch (error) {
        // It has looked through thousands of years.
        if (error instanceof Error && error.message.startsWith('Maximum ')) return undefined;
        throw error;
      }
    },
  };
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

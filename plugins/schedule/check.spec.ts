import { describe, expect, it } from '@jest/globals';
import { z } from 'signalbox/sdk';
import { problemsOf } from './check.ts';
import { scheduleSettings } from './settings.ts';

type Input = Readonly<Record<string, unknown>>;

/** `field: what is wrong`, by the schema or, if that has nothing to say, by the check. */
function problems(settings: Input): readonly string[] {
  const parsed = scheduleSettings.safeParse(settings);
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => `${z.core.toDotPath(path)}: ${message}`);
  return problemsOf(parsed.data).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('the settings of a schedule', () => {
  it.each<Input>([
    { every: 'week', weekdays: 'friday', at: '18:00' },
    { every: '15 minutes', from: '08:00', to: '18:00', weekdays: ['monday', 'tuesday'] },
    { every: 'month', day: 'last', at: '23:30' },
    { every: 'month', day: 'second tuesday' },
    { every: 'year', months: 'march', day: 1 },
    { once: '2027-03-01T08:00', zone: 'Europe/Berlin' },
    // What has been is no mistake: the file still names it after it has come due.
    { once: '2001-03-01T08:00' },
    { cron: '0 18 * * 5', zone: 'US/Eastern' },
    { rrule: 'FREQ=WEEKLY;BYDAY=FR;BYHOUR=18;BYMINUTE=0' },
    { rrule: 'FREQ=DAILY;UNTIL=20270301', zone: 'Europe/Berlin' },
    // More than can be counted one by one.
    { rrule: 'FREQ=MINUTELY;COUNT=1000000', start: '2026-01-01' },
    { rrule: 'FREQ=DAILY;BYDAY=MO;COUNT=100', start: '2026-01-01' },
    { every: 'year', start: '2024-02-29' },
    // The second of these days there never is.
    { every: 'year', months: 'february', day: ['second tuesday', 30] },
    { every: 'hour', from: '22:00', to: '24:00' },
    { every: 'day', start: '2026-01-01', end: '2026-01-01' },
  ])('may be %j', (settings) => {
    expect(problems(settings)).toEqual([]);
  });

  it.each<[Input, string]>([
    [{}, 'every: is missing: say every, once, cron or rrule'],
    [{ every: 'day', cron: '* * * * *' }, 'cron: cannot stand beside every: say only one of them'],
    [
      { every: 'fortnight' },
      'every: must be minute, hour, day, week, month or year, or a number of them, such as 15 minutes',
    ],
    [{ every: 'day', at: 18 }, 'at: '],
    [{ every: 'day', at: '25:00' }, 'at: must be a time of day, 00:00 to 23:59, such as 18:00'],
    [
      { every: 'day', zone: 'Europe/Berln' },
      'zone: there is no such time zone; write one of the IANA names, such as Europe/Berlin',
    ],
    [
      { every: 'day', zone: '+01:00' },
      'zone: there is no such time zone; write one of the IANA names, such as Europe/Berlin',
    ],
    [{ every: 'day', at: '24:00' }, 'at: must be no later than 23:59'],
    [{ every: 'day', at: Array.from({ length: 97 }, () => '08:00') }, 'at: must not be more than 96'],
    [{ every: 'month', day: Array.from({ length: 32 }, () => 1) }, 'day: must not be more than 31'],
    [
      { rrule: 'FREQ=HOURLY;BYDAY=MO;COUNT=20000', start: '2026-01-01' },
      'rrule: cannot be used: its COUNT must not be more than 10000: say UNTIL, or end, in its place',
    ],
    [
      { rrule: 'FREQ=DAILY;BYMONTHDAY=13;BYDAY=FR;COUNT=1000', start: '2026-01-01' },
      'rrule: cannot be used: its COUNT leads too far: say UNTIL, or end, in its place',
    ],
    [
      { rrule: 'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30' },
      'rrule: cannot be used: no time of it is found in 21000 periods of its FREQ: say a longer one, such as YEARLY',
    ],
    [
      { rrule: 'FREQ=DAILY;UNTIL=tomorrow' },
      'rrule: cannot be used: its UNTIL must be a date, or a date and time, such as 20271231 or 20271231T170000Z',
    ],
    [{ every: 'day', start: '2026-02-30' }, 'start: must be a date, or a date and time, such as 2027-03-01'],
    [
      { every: 'month', day: 32 },
      'day: must be 1 to 31, first, last, start, or a weekday of the month such as second tuesday',
    ],
    [{ every: 'day', end: '2026-01-01', start: '2026-01-02' }, 'end: must not be before start, 2026-01-02'],
    [{ every: '15 minutes', at: '18:00' }, 'at: does not go with every: 15 minutes: use from and to'],
    [
      { every: 'month', day: 1, weekdays: 'friday' },
      'weekdays: does not go with every: month: use day, such as second tuesday',
    ],
    [{ once: '2027-01-01', every: undefined, end: '2027-01-02' }, 'end: does not go with once'],
    [{ every: 'week' }, 'weekdays: is missing: say on which, or a start'],
    [{ every: '2 weeks', weekdays: 'friday' }, 'start: is missing: say from which date every 2 weeks counts'],
    [{ every: 'month' }, 'day: is missing: say which day of the month, such as first, or a start'],
    [{ every: 'month', day: 'start' }, 'start: is missing: day: start is that of the start date'],
    [{ every: 'year', day: 1 }, 'months: is missing: say in which month, or a start'],
    [{ every: 'hour', from: '08:00', to: '08:00' }, 'to: must not be the same as from'],
    [
      { every: 'year', months: 'february', day: 30 },
      'every: never comes due: there is no such time between start and end',
    ],
    [
      { every: 'week', weekdays: 'friday', start: '2026-11-23', end: '2026-11-26' },
      'every: never comes due: there is no such time between start and end',
    ],
    [
      { every: '168 hours', start: '2026-11-22', weekdays: 'monday' },
      'every: never comes due: there is no such time between start and end',
    ],
    [{ cron: '0 0 30 2 *' }, 'cron: never comes due: there is no such time between start and end'],
    [{ cron: '60 * * * *' }, 'cron: cannot be used: CronPattern: Invalid value for minute: 60'],
    [{ cron: '0 0 * * * *' }, "cron: cannot be used: CronPattern: mode '5-part' requires exactly 5 parts"],
    [{ rrule: 'FREQ=DAILY;COUNT=3' }, 'start: is missing: say from which date the rule counts'],
    [{ rrule: 'FREQ=OFTEN' }, 'rrule: cannot be used: '],
    [{ rrule: 'every day' }, 'rrule: must be the rule alone, FREQ=…; its DTSTART is start, its TZID is zone'],
    [{ rrule: 'FREQ=SECONDLY' }, 'rrule: must not be more often than every minute'],
    [
      { rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' },
      'rrule: never comes due: there is no such time between start and end',
    ],
    [{ every: 'day', misfire: 'never' }, 'misfire: '],
    [
      { every: 'day', grace: '2 months' },
      'grace: must be a number of minutes, hours, days or weeks, such as 2 hours',
    ],
  ])('must not be %j', (settings, expected) => {
    const [problem, ...more] = problems(settings);
    expect(problem?.slice(0, expected.length)).toBe(expected);
    expect(more).toEqual([]);
  });
});

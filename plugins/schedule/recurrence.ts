import { cronRule, recurrenceRule } from './calendar-rule.ts';
import { dayMs, hourMs, minuteMs, parseLocal, parseTimeOfDay } from './local-time.ts';
import { parseEvery, type ScheduleSettings } from './settings.ts';
import { between, onDays, pace, single, union, type Times } from './times.ts';
import { splitUntil } from './until.ts';
import { wallClock } from './wall-clock.ts';
import { windows } from './windows.ts';
import { listOf, monthNumber, ordinals, weekdayCode, type Ordinal, type WeekdayName } from './words.ts';
import { farthestOffset, instantOf, serverZone } from './zone.ts';

/** Where it counts from when nobody has said where: a Monday, and the first day of a month, a year and a century. */
const anchor = Date.UTC(2001, 0, 1);

/** Years have four digits, in every zone. */
const endOfTime = Date.UTC(10_000, 0, 1) - farthestOffset;

/** What a schedule comes down to, however it was written. */
export interface Recurrence {
  readonly zone: string;
  /** Its instants. */
  readonly times: Times;
  /** None of them is earlier. */
  readonly first: number;
}

/**
 * Those of RFC 5545 rules that were asked for last, by their settings: a COUNT may take half a second to work out. One takes
 * about 10 KB, too much to keep for all schedules; others are made in 50 µs.
 */
const kept = new Map<ScheduleSettings, Recurrence>();
const keptAtMost = 500;

/** Throws when the settings do not make a recurrence: they should have been checked (see check.ts). */
export function recurrenceOf(settings: ScheduleSettings): Recurrence {
  if (settings.rrule === undefined) return compile(settings);
  const recurrence = kept.get(settings) ?? compile(settings);
  kept.delete(settings);
  kept.set(settings, recurrence);
  const [oldest] = kept.keys();
  if (oldest && kept.size > keptAtMost) kept.delete(oldest);
  return recurrence;
}

function compile(settings: ScheduleSettings): Recurrence {
  const zone = settings.zone ?? serverZone();
  const start = settings.start === undefined ? undefined : localOf(settings.start);
  const first = instantOf(zone, start ?? anchor);
  const times = between(
    timesOf(settings, zone, start ?? anchor),
    start === undefined ? -Infinity : first,
    lastOf(settings, zone),
  );
  return { zone, times, first };
}

function timesOf(settings: ScheduleSettings, zone: string, start: number): Times {
  const { once, cron, rrule, every } = settings;
  if (once !== undefined) return single(instantOf(zone, localOf(once)));
  if (cron !== undefined) return wallClock(cronRule(cron), zone, { asShown: runsEveryHour(cron) });
  if (rrule !== undefined) {
    const { rule, last } = splitUntil(rruleOf(rrule), zone);
    return between(timesOfRule(rule, zone, start), -Infinity, last);
  }
  if (every === undefined) throw new Error('every: is missing');
  const { count, unit } = parseEvery(every);
  if (unit === 'minute' || unit === 'hour') {
    return steady(settings, zone, { stepMs: count * (unit === 'minute' ? minuteMs : hourMs), start });
  }
  const midnight = Math.floor(start / dayMs) * dayMs;
  const days = dayParts(settings, start).map((part) =>
    recurrenceRule(`FREQ=${frequencies[unit]};INTERVAL=${String(count)};${part}`, midnight),
  );
  return wallClock(onDays(union(days), timesOfDay(settings, start)), zone);
}

const frequencies = { day: 'DAILY', week: 'WEEKLY', month: 'MONTHLY', year: 'YEARLY' } as const;

/** Without the name of the property that some put before it. */
export function rruleOf(text: string): string {
  return text.replace(/^RRULE:/i, '').toUpperCase();
}

/** Hours and minutes keep their pace through changes of the clocks; the library does it, given the zone. */
function timesOfRule(rule: string, zone: string, start: number): Times {
  const plain = plainPaceOf(rule);
  if (plain) {
    const first = instantOf(zone, start);
    return between(pace(plain.stepMs, first), first, first + (plain.count - 1) * plain.stepMs);
  }
  const steady = /FREQ=(HOURLY|MINUTELY)/.test(rule) && !rule.includes('BYHOUR=');
  return steady ? recurrenceRule(rule, start, zone) : wallClock(recurrenceRule(rule, start), zone);
}

interface PlainPace {
  readonly stepMs: number;
  readonly count: number;
}

/** Of a rule that says how many hours or minutes, how many times, and nothing else. */
function plainPaceOf(rule: string): PlainPace | undefined {
  const parts = new Map(rule.split(';').map((part) => part.split('=', 2) as [string, string | undefined]));
  parts.delete('');
  const [unit, interval = '1', count] = ['FREQ', 'INTERVAL', 'COUNT'].map((name) => parts.get(name));
  const unitMs = unit === 'HOURLY' ? hourMs : unit === 'MINUTELY' ? minuteMs : undefined;
  const isPlain = [...parts.keys()].every((name) => ['FREQ', 'INTERVAL', 'COUNT', 'WKST'].includes(name));
  const areNumbers = [interval, count ?? '1'].every((number) => /^[1-9]\d*$/.test(number));
  if (unitMs === undefined || !isPlain || !areNumbers) return undefined;
  return { stepMs: Number(interval) * unitMs, count: Number(count ?? Infinity) };
}

/** As cron does it: what runs at every hour follows the clocks, other jobs run once a day even when clocks change. */
function runsEveryHour(cron: string): boolean {
  return cron.trim().split(/\s+/)[1] === '*';
}

function steady(
  { weekdays, from, to }: ScheduleSettings,
  zone: string,
  { stepMs, start }: { readonly stepMs: number; readonly start: number },
): Times {
  const phase = instantOf(zone, start);
  if (weekdays === undefined && from === undefined && to === undefined) return pace(stepMs, phase);
  const begin = from === undefined ? 0 : timeOf(from);
  const end = to === undefined ? dayMs : timeOf(to);
  const part = byDay(listOf(weekdays));
  const at = `BYHOUR=${int(begin / hourMs)};BYMINUTE=${int((begin % hourMs) / minuteMs)};BYSECOND=${int((begin % minuteMs) / 1_000)}`;
  return windows({
    zone,
    begins: recurrenceRule(`FREQ=DAILY;${part}${at}`, anchor),
    lengthMs: end > begin ? end - begin : end + dayMs - begin,
    endCounts: to !== undefined,
    stepMs,
    // A window has its own beginning to count from.
    phase: from === undefined && to === undefined ? phase : undefined,
  });
}

/** Each is a part of a rule: the days that it names. */
function dayParts(settings: ScheduleSettings, start: number): readonly string[] {
  const { unit } = parseEvery(settings.every ?? 'day');
  const date = new Date(start);
  const weekdays = listOf(settings.weekdays);
  if (unit === 'day') return [byDay(weekdays)];
  const months = listOf(settings.months).map(monthNumber);
  if (unit === 'week') return [byDay(weekdays.length > 0 ? weekdays : [weekdayOf(date)])];
  const inMonths = unit === 'year' && months.length === 0 ? [date.getUTCMonth() + 1] : months;
  const byMonth = inMonths.length === 0 ? '' : `BYMONTH=${inMonths.join(',')};`;
  const days = settings.day === undefined ? ['start'] : listOf(settings.day);
  const parts = days.map((day) => dayPart(String(day), date));
  return (['BYMONTHDAY', 'BYDAY'] as const).flatMap((name) => {
    const values = new Set(parts.flatMap((part) => part[name] ?? []));
    return values.size === 0 ? [] : `${byMonth}${name}=${[...values].join(',')};`;
  });
}

function dayPart(day: string, start: Date): { readonly BYDAY?: string; readonly BYMONTHDAY?: number } {
  const [ordinal = '', weekday] = day.split(' ');
  if (weekday !== undefined) {
    return { BYDAY: `${String(ordinals[ordinal as Ordinal])}${weekdayCode(weekday as WeekdayName)}` };
  }
  if (day === 'first') return { BYMONTHDAY: 1 };
  if (day === 'last') return { BYMONTHDAY: -1 };
  return { BYMONTHDAY: day === 'start' ? start.getUTCDate() : Number.parseInt(day, 10) };
}

function byDay(weekdays: readonly WeekdayName[]): string {
  return weekdays.length === 0 ? '' : `BYDAY=${weekdays.map(weekdayCode).join(',')};`;
}

function weekdayOf(date: Date): WeekdayName {
  return (['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const)[
    date.getUTCDay() as 0
  ];
}

/** In their order, each once. */
function timesOfDay({ at }: ScheduleSettings, start: number): readonly number[] {
  const times = at === undefined ? [start % dayMs] : listOf(at).map(timeOf);
  return [...new Set(times)].sort((a, b) => a - b);
}

/** The last instant that counts. A date without a time counts to its end. */
function lastOf({ end }: ScheduleSettings, zone: string): number {
  const last = end === undefined ? undefined : parseLocal(end);
  if (!last) return endOfTime;
  const instant = last.hasTime ? instantOf(zone, last.at) : instantOf(zone, last.at + dayMs) - 1;
  return Math.min(instant, endOfTime);
}

function localOf(text: string): number {
  const local = parseLocal(text);
  if (!local) throw new Error(`"${text}" is no date`);
  return local.at;
}

function timeOf(text: string): number {
  const time = parseTimeOfDay(text);
  if (time === undefined) throw new Error(`"${text}" is no time of day`);
  return time;
}

function int(value: number): string {
  return String(Math.floor(value));
}

import cronstrue from 'cronstrue';
import { RRuleTemporal } from 'rrule-temporal';
import { toText } from 'rrule-temporal/totext';
import { rruleText } from './calendar-rule.ts';
import { parseLocal } from './local-time.ts';
import { rruleOf } from './recurrence.ts';
import { parseEvery, type ScheduleSettings } from './settings.ts';
import { splitUntil } from './until.ts';
import { listOf, weekdayNames } from './words.ts';
import { serverZone } from './zone.ts';

/** A schedule in plain English: `every Friday at 18:00 Europe/Berlin, until 31 Dec 2027`. */
export function sentenceOf(settings: ScheduleSettings): string {
  const { start, end, zone = serverZone() } = settings;
  const rule = `${ruleText(settings)} ${zone}`;
  const until = settings.rrule === undefined ? undefined : splitUntil(rruleOf(settings.rrule), zone).until;
  const limits = [
    start === undefined ? '' : `from ${dateText(start)}`,
    until === undefined ? '' : `until ${dateText(until)}`,
    end === undefined ? '' : `until ${dateText(end)}`,
  ];
  return [rule, ...limits.filter(Boolean)].join(', ');
}

function ruleText(settings: ScheduleSettings): string {
  const { once, cron, rrule, every } = settings;
  if (once !== undefined)
    return `once, on ${dateText(once)}${parseLocal(once)?.hasTime === true ? '' : ' at 00:00'}`;
  if (cron !== undefined) return lowerFirst(cronstrue.toString(cron, { use24HourTimeFormat: true }));
  if (rrule !== undefined) return textOfRule(rrule);
  const { count, unit } = parseEvery(every ?? 'day');
  const often = count === 1 ? `every ${unit}` : `every ${String(count)} ${unit}s`;
  if (unit === 'minute' || unit === 'hour') return `${often}${hoursText(settings)}${weekdaysText(settings)}`;
  const days =
    unit === 'day' || unit === 'week' ? onWeekdays(settings, often) : `${often} ${onDays(settings)}`;
  return `${days} at ${timesText(settings)}`;
}

function textOfRule(rrule: string): string {
  const { rule: text } = splitUntil(rruleOf(rrule), 'UTC');
  const rule = new RRuleTemporal({ rruleString: rruleText(text, Date.UTC(2001, 0, 1)) });
  return toText(rule, 'en', { excludeTzAbbreviation: true });
}

function hoursText({ from, to }: ScheduleSettings): string {
  if (from === undefined && to === undefined) return '';
  return ` from ${from ?? '00:00'} to ${to ?? '24:00'}`;
}

function weekdaysText({ weekdays }: ScheduleSettings): string {
  return weekdays === undefined ? '' : ` on ${weekdayList(listOf(weekdays))}`;
}

function onWeekdays(settings: ScheduleSettings, often: string): string {
  const { count, unit } = parseEvery(settings.every ?? 'day');
  const start = settings.start === undefined ? undefined : parseLocal(settings.start);
  // What is every week on the weekday of its start is best said by that weekday.
  const ofStart = unit === 'week' && start ? [weekdayAt(start.at)] : [];
  const weekdays = settings.weekdays === undefined ? ofStart : listOf(settings.weekdays);
  if (weekdays.length === 0) return often;
  return count === 1 ? `every ${weekdayList(weekdays)}` : `${often} on ${weekdayList(weekdays)}`;
}

function onDays(settings: ScheduleSettings): string {
  const start = new Date(settings.start === undefined ? 0 : (parseLocal(settings.start)?.at ?? 0));
  const { unit } = parseEvery(settings.every ?? 'month');
  const days = settings.day === undefined ? ['start'] : listOf(settings.day);
  const day = joined(days.map((one) => dayText(String(one), start)));
  const months = listOf(settings.months).map(upperFirst);
  if (unit === 'year' && months.length === 0)
    months.push(start.toLocaleString('en', { month: 'long', timeZone: 'UTC' }));
  return months.length === 0 ? `on the ${day}` : `on the ${day} of ${joined(months)}`;
}

function dayText(day: string, start: Date): string {
  const [ordinal = '', weekday] = day.split(' ');
  if (weekday !== undefined) return `${ordinal} ${upperFirst(weekday)}`;
  if (day === 'first' || day === 'last') return `${day} day`;
  return nth(day === 'start' ? start.getUTCDate() : Number.parseInt(day, 10));
}

function timesText({ at, start }: ScheduleSettings): string {
  if (at !== undefined) return joined(listOf(at));
  const parsed = start === undefined ? undefined : parseLocal(start);
  return parsed?.hasTime === true ? timeText(parsed.at) : '00:00';
}

function weekdayList(weekdays: readonly string[]): string {
  const all = new Set(weekdays);
  if (all.size === 5 && weekdayNames.slice(0, 5).every((name) => all.has(name))) return 'Monday to Friday';
  return joined(weekdayNames.filter((name) => all.has(name)).map(upperFirst));
}

function weekdayAt(local: number): string {
  return weekdayNames[(new Date(local).getUTCDay() + 6) % 7] ?? 'monday';
}

/** `31 Dec 2027`, and ` at 18:00` if it has a time. */
function dateText(text: string): string {
  const local = parseLocal(text);
  if (!local) return text;
  const date = new Date(local.at);
  const month = date.toLocaleString('en', { month: 'short', timeZone: 'UTC' });
  const day = `${String(date.getUTCDate())} ${month} ${String(date.getUTCFullYear())}`;
  return local.hasTime ? `${day} at ${timeText(local.at)}` : day;
}

function timeText(local: number): string {
  const time = new Date(local).toISOString().slice(11, 19);
  return time.endsWith(':00') ? time.slice(0, 5) : time;
}

function nth(day: number): string {
  const ending = day > 10 && day < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th');
  return `${String(day)}${ending}`;
}

function joined(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${String(parts.at(-1))}`;
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

import { parseLocal } from './local-time.ts';
import { recurrenceOf, rruleOf } from './recurrence.ts';
import { sentenceOf } from './sentence.ts';
import { parseEvery, type ScheduleSettings, type Unit } from './settings.ts';

/** What is wrong with one field. */
interface Problem {
  readonly path: readonly string[];
  readonly message: string;
}

const ways = ['every', 'once', 'cron', 'rrule'] as const;

type Field = keyof ScheduleSettings;

const always = ['zone', 'misfire', 'grace'] as const;
const limits = ['start', 'end'] as const;

/** Which fields go together with each way to say when, and with each unit of `every`. */
const fieldsOf: Readonly<Record<Unit | 'once' | 'cron' | 'rrule', readonly Field[]>> = {
  minute: ['every', 'weekdays', 'from', 'to', ...limits, ...always],
  hour: ['every', 'weekdays', 'from', 'to', ...limits, ...always],
  day: ['every', 'weekdays', 'at', ...limits, ...always],
  week: ['every', 'weekdays', 'at', ...limits, ...always],
  month: ['every', 'day', 'months', 'at', ...limits, ...always],
  year: ['every', 'day', 'months', 'at', ...limits, ...always],
  once: ['once', ...always],
  cron: ['cron', ...limits, ...always],
  rrule: ['rrule', ...limits, ...always],
};

/** What to write instead of a field that does not fit. */
const insteadOf: Partial<Record<Field, string>> = {
  at: 'use from and to',
  from: 'use at',
  to: 'use at',
  weekdays: 'use day, such as second tuesday',
  day: 'use every: month, or weekdays',
};

/** All that is wrong with settings whose fields are right one by one. */
export function problemsOf(settings: ScheduleSettings): readonly Problem[] {
  const given = ways.filter((way) => settings[way] !== undefined);
  const [way] = given;
  if (way === undefined) return [problem('every', 'is missing: say every, once, cron or rrule')];
  if (given.length > 1) return [problem(given[1] ?? way, `cannot stand beside ${way}: say only one of them`)];
  const wrong = [...strangers(settings, way), ...missing(settings), ...orderProblems(settings)];
  return wrong.length > 0 ? wrong : ruleProblems(settings, way);
}

function strangers(settings: ScheduleSettings, way: (typeof ways)[number]): readonly Problem[] {
  const unit = way === 'every' ? parseEvery(settings.every ?? '').unit : way;
  const name = way === 'every' ? `every: ${String(settings.every)}` : way;
  return (Object.keys(settings) as Field[])
    .filter((field) => settings[field] !== undefined && !fieldsOf[unit].includes(field))
    .map((field) => {
      const instead = way === 'every' ? insteadOf[field] : undefined;
      return problem(field, `does not go with ${name}${instead === undefined ? '' : `: ${instead}`}`);
    });
}

/** What cannot be known unless it is said. */
function missing(settings: ScheduleSettings): readonly Problem[] {
  const { every, rrule, start, weekdays, day, months } = settings;
  if (start !== undefined) return [];
  if (rrule !== undefined && /COUNT=|INTERVAL=(?!1(?:;|$))/i.test(rrule)) {
    return [problem('start', 'is missing: say from which date the rule counts')];
  }
  if (every === undefined) return [];
  const { count, unit } = parseEvery(every);
  if (unit === 'minute' || unit === 'hour') return [];
  if (count > 1) return [problem('start', `is missing: say from which date every ${every} counts`)];
  if (unit === 'week' && weekdays === undefined)
    return [problem('weekdays', 'is missing: say on which, or a start')];
  const needsDay = unit === 'month' || unit === 'year';
  if (needsDay && (day === undefined || [day].flat().includes('start'))) {
    return [
      day === undefined
        ? problem('day', 'is missing: say which day of the month, such as first, or a start')
        : problem('start', 'is missing: day: start is that of the start date'),
    ];
  }
  return unit === 'year' && months === undefined
    ? [problem('months', 'is missing: say in which month, or a start')]
    : [];
}

function orderProblems({ start, end, from, to }: ScheduleSettings): readonly Problem[] {
  const [first, last] = [start, end].map((text) => (text === undefined ? undefined : parseLocal(text)));
  const problems: Problem[] = [];
  // A day counts to its end.
  if (first && last && last.at + (last.hasTime ? 0 : 86_399_999) < first.at) {
    problems.push(problem('end', `must not be before start, ${String(start)}`));
  }
  if (from !== undefined && from === to) problems.push(problem('to', 'must not be the same as from'));
  return problems;
}

function ruleProblems(settings: ScheduleSettings, way: (typeof ways)[number]): readonly Problem[] {
  const rrule = settings.rrule === undefined ? undefined : rruleOf(settings.rrule);
  if (rrule !== undefined && !/^[A-Z-]+=[^\n=]+$|^(?:[A-Z-]+=[^\n=;]+;)+[A-Z-]+=[^\n=;]+;?$/.test(rrule)) {
    return [problem('rrule', 'must be the rule alone, FREQ=…; its DTSTART is start, its TZID is zone')];
  }
  if (rrule?.includes('FREQ=SECONDLY') === true)
    return [problem('rrule', 'must not be more often than every minute')];
  try {
    const { times, first } = recurrenceOf(settings);
    // It can be said, too.
    sentenceOf(settings);
    if (times.next(first - 1) !== undefined) return [];
    return [problem(way, 'never comes due: there is no such time between start and end')];
  } catch (error) {
    return [problem(way, `cannot be used: ${error instanceof Error ? error.message : String(error)}`)];
  }
}

function problem(field: string, message: string): Problem {
  return { path: [field], message };
}

import { z } from 'signalbox/sdk';
import { parseLocal, parseTimeOfDay } from './local-time.ts';
import { monthNames, ordinals, weekdayNames } from './words.ts';
import { isZone } from './zone.ts';

const everyForm = /^(?:([1-9]\d{0,4}) )?(minute|hour|day|week|month|year)s?$/;
const dayForm = new RegExp(
  `^(?:(?:${Object.keys(ordinals).join('|')}) (?:${weekdayNames.join('|')})|first|last|start|(\\d{1,2})(?:st|nd|rd|th)?)$`,
);

const every = z
  .string()
  .regex(
    everyForm,
    'must be minute, hour, day, week, month or year, or a number of them, such as 15 minutes',
  );
const date = (example: string) =>
  z
    .string()
    .refine(
      (text) => parseLocal(text) !== undefined,
      `must be a date, or a date and time, such as ${example}`,
    );
const time = z
  .string('must be a time of day in quotes, such as "18:00"')
  .refine(
    (text) => parseTimeOfDay(text) !== undefined,
    'must be a time of day, 00:00 to 23:59, such as 18:00',
  );
const timeOfDay = time.refine((text) => !text.startsWith('24'), 'must be no later than 23:59');
const weekday = z.enum(weekdayNames);
const month = z.enum(monthNames);
const dayWords = 'must be 1 to 31, first, last, start, or a weekday of the month such as second tuesday';
const day = z.union(
  [z.int(dayWords).min(1, dayWords).max(31, dayWords), z.string().refine((text) => isDay(text), dayWords)],
  dayWords,
);

const oneOrMany = <Schema extends z.ZodType>(schema: Schema, most: number) =>
  z.union([schema, z.array(schema).min(1).max(most)], {
    error: ({ input }) =>
      Array.isArray(input) && input.length > most
        ? `must not be more than ${String(most)}: use another schedule for the others`
        : undefined,
  });

export const scheduleSettings = z.strictObject({
  every: every.optional().describe('How often: minute, 15 minutes, hour, day, 2 weeks, month, year …'),
  weekdays: oneOrMany(weekday, 7).optional().describe('On which days of the week: friday, or a list.'),
  day: oneOrMany(day, 31)
    .optional()
    .describe(
      'Which day of the month: first, last, 15, second tuesday, or start for that of the start date.',
    ),
  months: oneOrMany(month, 12).optional().describe('In which months: march, or a list.'),
  at: oneOrMany(timeOfDay, 96)
    .optional()
    .describe('At what time of day, such as 18:00, or a list of 96 at most. Default 00:00.'),
  from: time.optional().describe('With minutes and hours: from which time of day on.'),
  to: time.optional().describe('With minutes and hours: until which time of day, itself included.'),
  once: date('2027-03-01T08:00').optional().describe('It does not repeat: one date and time.'),
  cron: z.string().min(1).max(200).optional().describe('A cron expression of five fields.'),
  rrule: z.string().min(1).max(1_000).optional().describe('A recurrence rule of RFC 5545: FREQ=…'),
  start: date('2027-03-01').optional().describe('From which date on; every 2 weeks and so on count from it.'),
  end: date('2027-12-31').optional().describe('The last day, or the last instant. Default: never.'),
  zone: z
    .string()
    .refine(isZone, 'there is no such time zone; write one of the IANA names, such as Europe/Berlin')
    .optional()
    .describe('Time zone, such as Europe/Berlin. Default: that of the server.'),
  misfire: z
    .enum(['skip', 'once', 'all'])
    .default('once')
    .describe('What becomes of times that Signalbox was down at: none, the last one or all come due later.'),
  grace: every
    .regex(/minute|hour|day|week/, 'must be a number of minutes, hours, days or weeks, such as 2 hours')
    .optional()
    .describe('How late, at most: 2 hours. Default: without limit.'),
});

export type ScheduleSettings = z.output<typeof scheduleSettings>;

export type Unit = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';

/** `15 minutes` */
export function parseEvery(text: string): { readonly count: number; readonly unit: Unit } {
  const [, count = '1', unit = 'day'] = everyForm.exec(text) ?? [];
  return { count: Number(count), unit: unit as Unit };
}

function isDay(text: string): boolean {
  const match = dayForm.exec(text);
  const number = Number(match?.[1] ?? 1);
  return match !== null && number >= 1 && number <= 31;
}

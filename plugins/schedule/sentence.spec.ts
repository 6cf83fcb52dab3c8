import { expect, it } from '@jest/globals';
import type { z } from 'signalbox/sdk';
import { sentenceOf } from './sentence.ts';
import { scheduleSettings } from './settings.ts';

it.each<[z.input<typeof scheduleSettings>, string]>([
  [
    { every: 'week', weekdays: 'friday', at: '18:00', end: '2027-12-31' },
    'every Friday at 18:00 Europe/Berlin, until 31 Dec 2027',
  ],
  [{ every: 'hour' }, 'every hour Europe/Berlin'],
  [{ every: 'day' }, 'every day at 00:00 Europe/Berlin'],
  [{ every: 'day', at: ['08:00', '12:30', '18:00'] }, 'every day at 08:00, 12:30 and 18:00 Europe/Berlin'],
  [
    {
      every: '15 minutes',
      from: '08:00',
      to: '18:00',
      weekdays: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
    },
    'every 15 minutes from 08:00 to 18:00 on Monday to Friday Europe/Berlin',
  ],
  [
    { every: '2 weeks', weekdays: ['friday', 'monday'], start: '2027-01-04' },
    'every 2 weeks on Monday and Friday at 00:00 Europe/Berlin, from 4 Jan 2027',
  ],
  [
    { every: 'week', start: '2027-01-04T08:15' },
    'every Monday at 08:15 Europe/Berlin, from 4 Jan 2027 at 08:15',
  ],
  [{ every: 'month', day: 'last', at: '23:00' }, 'every month on the last day at 23:00 Europe/Berlin'],
  [{ every: 'month', day: ['first', 15] }, 'every month on the first day and 15th at 00:00 Europe/Berlin'],
  [
    { every: '3 months', day: 'second tuesday', start: '2027-01-01' },
    'every 3 months on the second Tuesday at 00:00 Europe/Berlin, from 1 Jan 2027',
  ],
  [
    { every: 'year', start: '2024-02-29' },
    'every year on the 29th of February at 00:00 Europe/Berlin, from 29 Feb 2024',
  ],
  [
    { every: 'year', months: ['march', 'september'], day: 3 },
    'every year on the 3rd of March and September at 00:00 Europe/Berlin',
  ],
  [{ once: '2027-03-01T08:00' }, 'once, on 1 Mar 2027 at 08:00 Europe/Berlin'],
  [{ cron: '0 18 * * 5' }, 'at 18:00, only on Friday Europe/Berlin'],
  [
    { rrule: 'FREQ=DAILY;BYHOUR=18;BYMINUTE=0;UNTIL=20270301T170000Z' },
    'every day at 6 PM Europe/Berlin, until 1 Mar 2027 at 18:00',
  ],
  [{ rrule: 'FREQ=WEEKLY;BYDAY=FR;BYHOUR=18;BYMINUTE=0' }, 'every week on Friday at 6 PM Europe/Berlin'],
])('%j', (settings, sentence) => {
  expect(sentenceOf(scheduleSettings.parse({ zone: 'Europe/Berlin', ...settings }))).toBe(sentence);
});

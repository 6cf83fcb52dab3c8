import { Observable } from 'rxjs';
import { defineObjectType, definePlugin, z } from 'signalbox/sdk';
import { problemsOf } from './check.ts';
import { preview, previewQuery, summary } from './preview.ts';
import { readyMade } from './ready-made.ts';
import { recurrenceOf } from './recurrence.ts';
import { Scheduler } from './scheduler.ts';
import { scheduleSettings } from './settings.ts';
import { formatInZone } from './zone.ts';

export const schedule = defineObjectType({
  name: 'schedule',
  label: 'Schedule',
  description: 'Times that come again: by the calendar, at a steady pace, or once.',
  instances: 'required',
  ingest: false,
  collection: 'schedules',
  triggers: { collection: 'schedule-triggers', event: 'due' },
  settings: scheduleSettings,
  events: {
    due: z.object({
      due: z.iso.datetime().describe('When it was to come due, in UTC.'),
      local: z.string().describe('The same on a clock in its time zone, 2027-03-01T08:00:00+01:00.'),
      zone: z.string().describe('Its time zone.'),
      misfire: z.boolean().describe('Whether it is late because Signalbox was down.'),
    }),
  },
  // Stored together with the event: from here it goes on after a restart.
  state: { due: ({ due }) => ({ last: due }) },
  views: {
    next: {
      description: 'The coming times.',
      query: previewQuery,
      show: ({ object, query: { count, from }, now }) =>
        preview(object, { count, from: from === undefined ? now : Date.parse(from) }),
    },
  },
  readyMade,
  check: problemsOf,
  summary,
});

export default definePlugin({
  name: 'schedule',
  api: '^1.0.0',
  description: 'Schedules: events at the times of the calendar.',
  types: [schedule],
  start: ({ clock, logger, objects, object, changes, emit }) =>
    new Observable((subscriber) => {
      const scheduler = new Scheduler({
        ...{ clock, logger },
        schedules: () => objects('schedule'),
        schedule: (key) => object('schedule', key),
        comesDue: ({ key, settings }, { at, misfire }) => {
          const { zone } = recurrenceOf(settings);
          const time = new Date(at);
          const due = time.toISOString();
          // By its id it is stored once, whoever finds that it is due, and however often.
          const id = `schedule/${key}/${due}`;
          return emit('schedule.due', {
            ...{ object: key, id, time },
            data: { due, local: formatInZone(zone, at), zone, misfire },
          });
        },
      });
      subscriber.add(changes.subscribe(({ key }) => scheduler.changed(key)));
      scheduler.load().catch((error: unknown) => {
        subscriber.error(error);
      });
      return () => {
        scheduler.stop();
      };
    }),
});

import type { ReadyMade } from 'signalbox/sdk';

/** Schedules that are there at first start. */
export const readyMade = [
  { key: 'hourly', name: 'Every hour', settings: { every: 'hour' } },
  { key: 'midnight', name: 'Every day at midnight', settings: { every: 'day', at: '00:00' } },
  {
    key: 'saturday-17h',
    name: 'Saturdays at 17:00',
    settings: { every: 'week', weekdays: 'saturday', at: '17:00' },
  },
  {
    key: 'friday-18h',
    name: 'Fridays at 18:00',
    settings: { every: 'week', weekdays: 'friday', at: '18:00' },
  },
  {
    key: 'monthly',
    name: 'The first of each month',
    settings: { every: 'month', day: 'first', at: '00:00' },
  },
] as const satisfies readonly ReadyMade[];

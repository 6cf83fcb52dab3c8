import { describe, expect, it } from '@jest/globals';
import type { z } from 'signalbox/sdk';
import { recurrenceOf } from './recurrence.ts';
import { scheduleSettings } from './settings.ts';
import { formatInZone } from './zone.ts';

type Input = z.input<typeof scheduleSettings>;

/** The next times after an instant, as clocks in the zone show them. */
function timesAfter(settings: Input, after: string, count: number): readonly string[] {
  const { zone, times } = recurrenceOf(scheduleSettings.parse(settings));
  const found: string[] = [];
  for (
    let at = times.next(Date.parse(after));
    at !== undefined && found.length < count;
    at = times.next(at)
  ) {
    found.push(
      formatInZone(zone, at)
        .replace(':00+', '+')
        .replace(/:00-(?=\d\d:)/, '-'),
    );
  }
  return found;
}

const berlin = { zone: 'Europe/Berlin' };

describe('when clocks are put forward', () => {
  it('02:30 comes once on that day, by the offset before the gap', () => {
    expect(timesAfter({ every: 'day', at: '02:30', ...berlin }, '2026-03-27T12:00:00Z', 3)).toEqual([
      '2026-03-28T02:30+01:00',
      '2026-03-29T03:30+02:00',
      '2026-03-30T02:30+02:00',
    ]);
  });

  it('a time in the gap and the one that it falls on come due together, once', () => {
    const settings = { every: 'day', at: ['02:30', '03:30', '02:45'], ...berlin };
    expect(timesAfter(settings, '2026-03-28T12:00:00Z', 3)).toEqual([
      '2026-03-29T03:30+02:00',
      '2026-03-29T03:45+02:00',
      '2026-03-30T02:30+02:00',
    ]);
  });

  it.each([
    // The day begins at 01:00.
    ['America/Sao_Paulo', '2018-11-03T12:00:00Z', ['2018-11-04T01:00-02:00', '2018-11-05T00:00-02:00']],
    ['Asia/Beirut', '2026-03-28T12:00:00Z', ['2026-03-29T01:00+03:00', '2026-03-30T00:00+03:00']],
    ['Africa/Cairo', '2026-04-23T12:00:00Z', ['2026-04-24T01:00+03:00', '2026-04-25T00:00+03:00']],
    // The 30th was left out altogether.
    [
      'Pacific/Apia',
      '2011-12-29T00:00:00Z',
      ['2011-12-29T00:00-10:00', '2011-12-31T00:00+14:00', '2012-01-01T00:00+14:00'],
    ],
  ])('in %s each day has its midnight, once', (zone, after, expected) => {
    expect(timesAfter({ every: 'day', zone }, after, expected.length)).toEqual(expected);
  });

  it('half an hour at Lord Howe Island, too', () => {
    const zone = 'Australia/Lord_Howe';
    expect(timesAfter({ every: 'day', at: '02:15', zone }, '2026-10-02T20:00:00Z', 3)).toEqual([
      '2026-10-04T02:45+11:00',
      '2026-10-05T02:15+11:00',
      '2026-10-06T02:15+11:00',
    ]);
  });

  it('every 15 minutes keeps its pace', () => {
    expect(timesAfter({ every: '15 minutes', ...berlin }, '2026-03-29T00:35:00Z', 3)).toEqual([
      '2026-03-29T01:45+01:00',
      '2026-03-29T03:00+02:00',
      '2026-03-29T03:15+02:00',
    ]);
  });
});

describe('when clocks are put back', () => {
  it('02:30 comes once on that day, the first time', () => {
    expect(timesAfter({ every: 'day', at: '02:30', ...berlin }, '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T02:30+02:00',
      '2026-10-26T02:30+01:00',
    ]);
  });

  it('comes once, too, for whoever asks between the two', () => {
    expect(timesAfter({ every: 'day', at: '02:30', ...berlin }, '2026-10-25T00:45:00Z', 1)).toEqual([
      '2026-10-26T02:30+01:00',
    ]);
  });

  it('half an hour at Lord Howe Island, too', () => {
    const zone = 'Australia/Lord_Howe';
    expect(timesAfter({ every: 'day', at: '01:45', zone }, '2026-04-03T20:00:00Z', 2)).toEqual([
      '2026-04-05T01:45+11:00',
      '2026-04-06T01:45+10:30',
    ]);
    expect(timesAfter({ every: '15 minutes', zone }, '2026-04-04T14:20:00Z', 5)).toEqual([
      '2026-04-05T01:30+11:00',
      '2026-04-05T01:45+11:00',
      '2026-04-05T01:30+10:30',
      '2026-04-05T01:45+10:30',
      '2026-04-05T02:00+10:30',
    ]);
  });

  it('midnight in Sao Paulo comes once, though clocks go back from it', () => {
    expect(timesAfter({ every: 'day', zone: 'America/Sao_Paulo' }, '2018-02-17T12:00:00Z', 2)).toEqual([
      '2018-02-18T00:00-03:00',
      '2018-02-19T00:00-03:00',
    ]);
    expect(
      timesAfter({ every: 'day', at: '23:30', zone: 'America/Sao_Paulo' }, '2018-02-17T12:00:00Z', 2),
    ).toEqual(['2018-02-17T23:30-02:00', '2018-02-18T23:30-03:00']);
  });

  it('every 15 minutes keeps its pace: 100 times in the 25 hours of that day', () => {
    for (const settings of [
      { every: '15 minutes' },
      { cron: '*/15 * * * *' },
      { rrule: 'FREQ=MINUTELY;INTERVAL=15', start: '2026-01-01' },
    ]) {
      const times = timesAfter({ ...settings, ...berlin }, '2026-10-24T21:59:59Z', 101);
      expect(times[0]).toBe('2026-10-25T00:00+02:00');
      expect(times.slice(8, 17)).toEqual([
        ...['2026-10-25T02:00+02:00', '2026-10-25T02:15+02:00', '2026-10-25T02:30+02:00'],
        ...['2026-10-25T02:45+02:00', '2026-10-25T02:00+01:00', '2026-10-25T02:15+01:00'],
        ...['2026-10-25T02:30+01:00', '2026-10-25T02:45+01:00', '2026-10-25T03:00+01:00'],
      ]);
      expect(times[100]).toBe('2026-10-26T00:00+01:00');
    }
  });

  it('a cron job at a fixed hour runs once, one in a gap does not get lost', () => {
    expect(timesAfter({ cron: '30 2 * * *', ...berlin }, '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T02:30+02:00',
      '2026-10-26T02:30+01:00',
    ]);
    expect(timesAfter({ cron: '30 2 * * *', ...berlin }, '2026-03-28T12:00:00Z', 1)).toEqual([
      '2026-03-29T03:30+02:00',
    ]);
  });
});

describe('every', () => {
  const after = '2026-11-21T12:00:00Z';
  const zone = 'UTC';

  it.each<[Input, readonly string[]]>([
    [{ every: 'hour' }, ['2026-11-21T13:00+00:00', '2026-11-21T14:00+00:00']],
    [{ every: '36 hours', start: '2026-11-21T06:00' }, ['2026-11-22T18:00+00:00', '2026-11-24T06:00+00:00']],
    [
      { every: 'day', weekdays: ['monday', 'friday'], at: '07:30' },
      ['2026-11-23T07:30+00:00', '2026-11-27T07:30+00:00'],
    ],
    [
      { every: 'week', weekdays: 'friday', at: '18:00' },
      ['2026-11-27T18:00+00:00', '2026-12-04T18:00+00:00'],
    ],
    [
      { every: '2 weeks', start: '2026-11-18', at: '18:00' },
      ['2026-12-02T18:00+00:00', '2026-12-16T18:00+00:00'],
    ],
    [{ every: 'week', start: '2026-11-18T08:15' }, ['2026-11-25T08:15+00:00', '2026-12-02T08:15+00:00']],
    [{ every: 'month', day: 'first' }, ['2026-12-01T00:00+00:00', '2027-01-01T00:00+00:00']],
    [{ every: 'month', day: 'last', at: '23:00' }, ['2026-11-30T23:00+00:00', '2026-12-31T23:00+00:00']],
    [{ every: 'month', day: 15 }, ['2026-12-15T00:00+00:00', '2027-01-15T00:00+00:00']],
    [{ every: 'month', day: '15th' }, ['2026-12-15T00:00+00:00']],
    [
      { every: 'month', day: 'second tuesday', at: '09:00' },
      ['2026-12-08T09:00+00:00', '2027-01-12T09:00+00:00'],
    ],
    [{ every: 'month', day: 'last friday' }, ['2026-11-27T00:00+00:00', '2026-12-25T00:00+00:00']],
    [
      { every: 'month', day: 'start', start: '2026-01-20' },
      ['2026-12-20T00:00+00:00', '2027-01-20T00:00+00:00'],
    ],
    // Short months have none.
    [
      { every: 'month', day: 31 },
      ['2026-12-31T00:00+00:00', '2027-01-31T00:00+00:00', '2027-03-31T00:00+00:00'],
    ],
    [{ every: '3 months', start: '2026-01-10' }, ['2027-01-10T00:00+00:00', '2027-04-10T00:00+00:00']],
    [
      { every: 'month', day: [1, 'last'] },
      ['2026-11-30T00:00+00:00', '2026-12-01T00:00+00:00', '2026-12-31T00:00+00:00'],
    ],
    [{ every: 'year', start: '2024-02-29' }, ['2028-02-29T00:00+00:00', '2032-02-29T00:00+00:00']],
    [
      { every: 'year', months: ['march', 'september'], day: 1 },
      ['2027-03-01T00:00+00:00', '2027-09-01T00:00+00:00'],
    ],
    [{ every: 'week', weekdays: 'friday', end: '2026-11-27', at: '18:00' }, ['2026-11-27T18:00+00:00']],
    [{ every: 'week', weekdays: 'friday', end: '2026-11-27T17:59', at: '18:00' }, []],
    [
      { every: 'day', start: '2027-03-01', at: '08:00' },
      ['2027-03-01T08:00+00:00', '2027-03-02T08:00+00:00'],
    ],
    [{ once: '2027-03-01T08:00' }, ['2027-03-01T08:00+00:00']],
    [
      { rrule: 'RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;BYHOUR=17' },
      ['2026-11-30T17:00+00:00', '2026-12-31T17:00+00:00'],
    ],
    [{ rrule: 'FREQ=DAILY;COUNT=3', start: '2026-11-20T09:00' }, ['2026-11-22T09:00+00:00']],
    [{ cron: '0 9 1 * mon' }, ['2026-11-23T09:00+00:00', '2026-11-30T09:00+00:00', '2026-12-01T09:00+00:00']],
  ])('%j', (settings, expected) => {
    const found = timesAfter({ zone, ...settings }, after, expected.length + 1);
    expect(found.slice(0, expected.length)).toEqual(expected);
    // A row that ends, ends here.
    if (
      settings.end !== undefined ||
      settings.once !== undefined ||
      settings.rrule?.includes('COUNT') === true
    ) {
      expect(found).toHaveLength(expected.length);
    }
  });

  it('keeps to hours and weekdays, the end of which counts', () => {
    const settings: Input = {
      every: '15 minutes',
      from: '08:00',
      to: '18:00',
      weekdays: ['monday', 'friday'],
    };
    const times = timesAfter({ ...settings, ...berlin }, '2026-11-20T16:40:00Z', 44);
    expect(times.slice(0, 4)).toEqual([
      ...['2026-11-20T17:45+01:00', '2026-11-20T18:00+01:00'],
      ...['2026-11-23T08:00+01:00', '2026-11-23T08:15+01:00'],
    ]);
    expect(times.slice(-2)).toEqual(['2026-11-23T18:00+01:00', '2026-11-27T08:00+01:00']);
  });

  it('counts from the beginning of its hours, each day anew', () => {
    const settings = { every: '50 minutes', from: '08:05', to: '10:00' };
    expect(timesAfter({ ...settings, zone }, after, 4)).toEqual([
      ...['2026-11-22T08:05+00:00', '2026-11-22T08:55+00:00', '2026-11-22T09:45+00:00'],
      '2026-11-23T08:05+00:00',
    ]);
  });

  it('may have hours that go past midnight', () => {
    const settings = { every: 'hour', from: '22:00', to: '01:00', weekdays: 'friday' } as const;
    expect(timesAfter({ ...settings, ...berlin }, '2026-11-20T22:30:00Z', 4)).toEqual([
      ...['2026-11-21T00:00+01:00', '2026-11-21T01:00+01:00'],
      ...['2026-11-27T22:00+01:00', '2026-11-27T23:00+01:00'],
    ]);
  });

  it('keeps one pace through all the days of the week that it names', () => {
    expect(timesAfter({ every: '5 hours', weekdays: 'sunday', start: '2026-11-22', zone }, after, 6)).toEqual(
      [
        ...['2026-11-22T00:00+00:00', '2026-11-22T05:00+00:00', '2026-11-22T10:00+00:00'],
        ...['2026-11-22T15:00+00:00', '2026-11-22T20:00+00:00', '2026-11-29T02:00+00:00'],
      ],
    );
  });
});

describe('the UNTIL of a rule', () => {
  const after = '2027-02-28T12:00:00Z';
  const rrule = (until: string) => `FREQ=DAILY;UNTIL=${until};BYHOUR=18;BYMINUTE=0`;

  it.each<[string, string, readonly string[]]>([
    ['20270301T170000Z', 'Europe/Berlin', ['2027-02-28T18:00+01:00', '2027-03-01T18:00+01:00']],
    ['20270301T165959Z', 'Europe/Berlin', ['2027-02-28T18:00+01:00']],
    ['20270302T180000Z', 'America/New_York', ['2027-02-28T18:00-05:00', '2027-03-01T18:00-05:00']],
    ['20270301T180000', 'America/New_York', ['2027-02-28T18:00-05:00', '2027-03-01T18:00-05:00']],
    ['20270301', 'America/New_York', ['2027-02-28T18:00-05:00', '2027-03-01T18:00-05:00']],
    ['20270301', 'Pacific/Auckland', ['2027-03-01T18:00+13:00']],
  ])('%s, in %s', (until, zone, expected) => {
    expect(timesAfter({ rrule: rrule(until), zone }, after, 5)).toEqual(expected);
  });
});

describe('a COUNT', () => {
  it('of many hours or minutes is kept to the last of them', () => {
    const settings = { rrule: 'FREQ=HOURLY;COUNT=20000', start: '2025-01-01', ...berlin };
    expect(timesAfter(settings, '2027-01-03T00:00:00Z', 1)).toEqual(['2027-01-03T02:00+01:00']);
    expect(timesAfter(settings, '2027-04-14T05:30:00Z', 2)).toEqual(['2027-04-14T08:00+02:00']);
  });

  it('of a rule in which hours are named counts those', () => {
    const settings = { rrule: 'FREQ=HOURLY;BYHOUR=8,9;BYDAY=SA;COUNT=3', start: '2026-11-21', zone: 'UTC' };
    expect(timesAfter(settings, '2026-11-21T08:30:00Z', 5)).toEqual([
      '2026-11-21T09:00+00:00',
      '2026-11-28T08:00+00:00',
    ]);
  });
});

describe('lists', () => {
  it('may be in any order, and name things twice', () => {
    const settings: Input = { every: 'month', day: ['last', 30, 'last friday', 'last'], months: 'october' };
    const at = ['18:00', '08:15', '18:00', '08:00:30'];
    expect(timesAfter({ ...settings, at, zone: 'UTC' }, '2026-10-30T08:00:00Z', 6)).toEqual([
      ...['2026-10-30T08:00:30+00:00', '2026-10-30T08:15+00:00', '2026-10-30T18:00+00:00'],
      ...['2026-10-31T08:00:30+00:00', '2026-10-31T08:15+00:00', '2026-10-31T18:00+00:00'],
    ]);
  });
});

describe('the end of time', () => {
  it('is that of the year 9999', () => {
    expect(
      timesAfter({ every: 'year', months: 'june', day: 1, zone: 'UTC' }, '9998-01-01T00:00:00Z', 5),
    ).toEqual(['9998-06-01T00:00+00:00', '9999-06-01T00:00+00:00']);
  });
});

import { describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { movableClock, startPlugin, type MovableClock } from 'signalbox/sdk/testing';
import plugin from './index.ts';
import { Scheduler } from './scheduler.ts';
import { scheduleSettings, type ScheduleSettings } from './settings.ts';

const zone = 'Europe/Berlin';

function schedule(
  key: string,
  settings: Partial<ScheduleSettings>,
  more: { last?: string; since?: string } = {},
) {
  return {
    ...{ type: 'schedule' as const, key, settings: { zone, ...settings } },
    ...(more.last !== undefined && { state: { last: more.last } }),
    ...(more.since !== undefined && { changedAt: Date.parse(more.since) }),
  };
}

/** Lets the plugin do what the clock has rung it for. */
async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) await turn();
}

const friday = { every: 'week', weekdays: 'friday', at: '18:00' } as const;

function start(clock: MovableClock, ...objects: readonly ReturnType<typeof schedule>[]) {
  return startPlugin(plugin, { clock, objects });
}

describe('a schedule that is due', () => {
  it('says so with its instant, by the clock on the wall, too, under an id that any process would give it', async () => {
    const clock = movableClock('2026-11-27T16:00:00Z');
    await using started = await start(clock, schedule('friday', friday));
    clock.set('2026-11-27T17:00:00.020Z');
    expect(await started.nextEvent('schedule.due')).toMatchObject({
      object: 'friday',
      id: 'schedule/friday/2026-11-27T17:00:00.000Z',
      time: new Date('2026-11-27T17:00:00Z'),
      data: { due: '2026-11-27T17:00:00.000Z', local: '2026-11-27T18:00:00+01:00', zone, misfire: false },
    });
    clock.set('2026-12-04T17:00:00Z');
    expect(await started.nextEvent('schedule.due')).toMatchObject({
      id: 'schedule/friday/2026-12-04T17:00:00.000Z',
    });
    expect(started.events).toHaveLength(2);
  });

  it('is one of many: each comes due at its own time, in their order', async () => {
    const clock = movableClock('2026-11-27T00:00:00Z');
    const at = (i: number) => `${String(i).padStart(2, '0')}:30`;
    const daily = Array.from({ length: 20 }, (_, i) =>
      schedule(`s${String(i)}`, { every: 'day', at: at((i * 7) % 20) }),
    );
    await using started = await start(clock, ...daily);
    for (let hour = 0; hour < 19; hour++) {
      clock.set(Date.UTC(2026, 10, 27, hour, 30));
      const { data } = await started.nextEvent('schedule.due');
      expect(data.local).toBe(`2026-11-27T${at(hour + 1)}:00+01:00`);
    }
  });
});

describe('a change', () => {
  it('takes effect at once; what was due before it is not lost', async () => {
    const clock = movableClock('2026-11-27T16:59:59Z');
    await using started = await start(clock, schedule('a', friday), schedule('b', friday));
    clock.set('2026-11-27T17:00:00Z');
    started.addObject(schedule('a', { every: 'day', at: '19:00' }));
    started.removeObject('schedule', 'b');
    const ids = [await started.nextEvent('schedule.due'), await started.nextEvent('schedule.due')].map(
      ({ id }) => id,
    );
    expect(ids.sort()).toEqual([
      'schedule/a/2026-11-27T17:00:00.000Z',
      'schedule/b/2026-11-27T17:00:00.000Z',
    ]);
    started.addObject(schedule('c', { once: '2026-11-27T18:30' }));
    clock.set('2026-11-27T17:30:00Z');
    expect(await started.nextEvent('schedule.due')).toMatchObject({ object: 'c' });
    clock.set('2026-11-27T18:00:00Z');
    expect(await started.nextEvent('schedule.due')).toMatchObject({
      id: 'schedule/a/2026-11-27T18:00:00.000Z',
    });
    clock.set('2026-12-05T00:00:00Z');
    expect(await started.nextEvent('schedule.due')).toMatchObject({ object: 'a' });
    expect(started.events.filter(({ object }) => object === 'b')).toHaveLength(1);
  });
});

describe('times that nobody was there for', () => {
  const since = '2026-11-01T00:00:00Z';
  const daily = { every: 'day', at: '12:00' };
  const last = '2026-11-24T11:00:00.000Z';
  const now = '2026-11-27T16:00:00Z';

  const missed = async (settings: Partial<ScheduleSettings>, at = now) => {
    const clock = movableClock(at);
    await using started = await start(clock, schedule('d', { ...daily, ...settings }, { last, since }));
    await settled();
    // The last of all is on time.
    clock.set('2026-11-28T11:00:00Z');
    const dues: { due: string; misfire: boolean }[] = [];
    do dues.push((await started.nextEvent('schedule.due')).data);
    while (dues.at(-1)?.misfire === true);
    return dues.slice(0, -1).map(({ due }) => due.slice(0, 10));
  };

  it('come due once, as the last of them', async () => {
    expect(await missed({})).toEqual(['2026-11-27']);
  });

  it('come due all of them, if they are to', async () => {
    expect(await missed({ misfire: 'all' })).toEqual(['2026-11-25', '2026-11-26', '2026-11-27']);
  });

  it('come due not at all, if they are not to', async () => {
    expect(await missed({ misfire: 'skip' })).toEqual([]);
  });

  it('come due no later than their grace', async () => {
    expect(await missed({ grace: '2 hours' })).toEqual([]);
    expect(await missed({ grace: '6 hours' })).toEqual(['2026-11-27']);
    expect(await missed({ grace: '2 days', misfire: 'all' })).toEqual(['2026-11-26', '2026-11-27']);
  });

  it('are no misfires when it was a matter of seconds', async () => {
    const clock = movableClock('2026-11-27T11:00:30Z');
    await using started = await start(clock, schedule('d', { ...daily, misfire: 'skip' }, { last, since }));
    expect(await started.nextEvent('schedule.due')).toMatchObject({ data: { misfire: false } });
  });

  it('are none before the rule was in force', async () => {
    const clock = movableClock(now);
    await using started = await start(
      clock,
      schedule('d', { ...daily, misfire: 'all' }, { since: '2026-11-27T15:00:00Z' }),
    );
    clock.set('2026-11-28T11:00:00Z');
    expect(await started.nextEvent('schedule.due')).toMatchObject({
      data: { due: '2026-11-28T11:00:00.000Z' },
    });
    expect(started.events).toHaveLength(1);
  });

  it('come due though the clock was once years ahead, and said then what was last', async () => {
    const due = async (changed: string) => {
      const clock = movableClock(now);
      const ahead = { last: '2030-05-01T10:00:00.000Z', since: changed };
      await using started = await start(clock, schedule('d', { ...daily, misfire: 'all' }, ahead));
      await settled();
      return started.events.map(({ time }) => time.getUTCDate());
    };
    expect(await due('2026-11-25T12:00:00Z')).toEqual([26, 27]);
    // No more than a week of them.
    expect(await due('2026-01-01T00:00:00Z')).toEqual([21, 22, 23, 24, 25, 26, 27]);
  });

  it('every minute of a year make one', async () => {
    const clock = movableClock('2027-11-27T16:00:30Z');
    const minutes = schedule('m', { every: 'minute', from: '08:00', to: '12:00' }, { since });
    await using started = await start(clock, minutes);
    expect(await started.nextEvent('schedule.due')).toMatchObject({
      data: { due: '2027-11-27T11:00:00.000Z', misfire: true },
    });
  });
});

describe('the clock of the machine', () => {
  it('put forward over many times, as a machine that has slept', async () => {
    const clock = movableClock('2026-11-27T10:00:00Z');
    await using started = await start(clock, schedule('q', { every: '15 minutes' }));
    clock.set('2026-11-27T13:07:00Z');
    expect(await started.nextEvent('schedule.due')).toMatchObject({
      data: { due: '2026-11-27T13:00:00.000Z', misfire: true },
    });
    clock.set('2026-11-27T13:15:00Z');
    expect(await started.nextEvent('schedule.due')).toMatchObject({ data: { misfire: false } });
    expect(started.events).toHaveLength(2);
  });

  it('put back goes on from there, and what has been comes due no second time', async () => {
    const clock = movableClock('2026-11-27T10:00:00Z');
    await using started = await start(clock, schedule('h', { every: 'hour' }));
    clock.set('2026-11-27T11:00:00Z');
    await started.nextEvent('schedule.due');
    await settled();
    clock.set('2026-11-27T09:30:00Z');
    clock.set('2026-11-27T10:00:00Z');
    expect(await started.nextEvent('schedule.due')).toMatchObject({
      data: { due: '2026-11-27T10:00:00.000Z' },
    });
    await settled();
    clock.set('2026-11-27T11:00:00Z');
    await settled();
    clock.set('2026-11-27T12:00:00Z');
    expect(await started.nextEvent('schedule.due')).toMatchObject({
      data: { due: '2026-11-27T12:00:00.000Z' },
    });
    expect(started.events).toHaveLength(3);
  });
});

describe('a time that cannot be stored at once', () => {
  /** A scheduler whose store answers when it is told to. */
  function withStore(clock: MovableClock, settings: Readonly<Record<string, Partial<ScheduleSettings>>>) {
    const objects = Object.entries(settings).map(([key, one]) => ({
      ...{ type: 'schedule', key, name: key, tags: [], changedAt: clock.now() },
      settings: scheduleSettings.parse({ zone, ...one }),
    }));
    const stored: string[] = [];
    const store = { isReady: (_key: string): Promise<unknown> => Promise.resolve() };
    const silence = () => undefined;
    const scheduler = new Scheduler({
      clock,
      logger: { debug: silence, info: silence, warn: silence, error: silence },
      schedules: () => objects,
      schedule: (wanted) => objects.find(({ key }) => key === wanted),
      comesDue: async ({ key }, { at, misfire }) => {
        await store.isReady(key);
        stored.push(`${key} ${new Date(at).toISOString().slice(11, 16)}${misfire ? ' late' : ''}`);
      },
    });
    return { scheduler, store, stored };
  }

  const broken = () => Promise.reject(new Error('the store is at fault'));

  async function setTo(clock: MovableClock, ...times: readonly string[]): Promise<void> {
    for (const time of times) {
      clock.set(`2026-11-27T${time}Z`);
      await settled();
    }
  }

  it('is on time all the same, as are those that come meanwhile', async () => {
    const clock = movableClock('2026-11-27T10:00:00Z');
    const { scheduler, store, stored } = withStore(clock, {
      d: { every: 'day', at: '12:00', misfire: 'skip' },
      m: { every: '2 minutes', start: '2026-11-27T12:00', misfire: 'skip' },
    });
    await scheduler.load();
    store.isReady = broken;
    await setTo(clock, '11:00:00', '11:00:40', '11:01:20', '11:02:00', '11:02:40');
    expect(stored).toEqual([]);
    store.isReady = () => Promise.resolve();
    await setTo(clock, '11:03:20');
    scheduler.stop();
    expect(stored.sort()).toEqual(['d 11:00', 'm 11:00', 'm 11:02']);
  });

  it('is on time, but not what came while the machine slept', async () => {
    const clock = movableClock('2026-11-27T10:00:00Z');
    const { scheduler, store, stored } = withStore(clock, {
      q: { every: '15 minutes', misfire: 'skip' },
    });
    await scheduler.load();
    store.isReady = broken;
    await setTo(clock, '10:15:00');
    store.isReady = () => Promise.resolve();
    await setTo(clock, '10:50:00', '11:00:00');
    scheduler.stop();
    expect(stored).toEqual(['q 10:15', 'q 11:00']);
  });

  it('is on time behind many others', async () => {
    const clock = movableClock('2026-11-27T10:00:00Z');
    const many = Array.from({ length: 150 }, (_, i) => [`s${String(i)}`, { cron: '0 12 * * *' }] as const);
    const { scheduler, store, stored } = withStore(
      clock,
      Object.fromEntries(many.map(([key, settings]) => [key, { ...settings, misfire: 'skip' }])),
    );
    await scheduler.load();
    const opened = Promise.withResolvers<undefined>();
    store.isReady = () => opened.promise;
    await setTo(clock, '11:00:00', '11:05:00');
    opened.resolve(undefined);
    await settled();
    scheduler.stop();
    expect(new Set(stored).size).toBe(150);
  });

  it('does not keep it in a future that the clock, put back meanwhile, has left', async () => {
    const clock = movableClock('2026-11-27T10:00:00Z');
    const { scheduler, store, stored } = withStore(clock, {
      slow: { every: 'hour' },
      other: { every: 'hour' },
    });
    await scheduler.load();
    const opened = Promise.withResolvers<undefined>();
    store.isReady = (key) => (key === 'slow' ? opened.promise : Promise.resolve());
    clock.set('2030-01-01T00:00:00Z');
    await settled();
    await setTo(clock, '10:30:00');
    opened.resolve(undefined);
    await settled();
    stored.length = 0;
    await setTo(clock, '11:00:00', '12:00:00');
    scheduler.stop();
    expect(stored.sort()).toEqual(['other 11:00', 'other 12:00', 'slow 11:00', 'slow 12:00']);
  });
});

import { describe, expect, it } from '@jest/globals';
import { movableClock } from 'signalbox/sdk/testing';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

interface DueEvent {
  readonly object: string;
  readonly data: { readonly due: string; readonly misfire: boolean };
}

/** Of each schedule, its events so far: days at which it was due, the oldest first; late ones with a `!`. */
async function dues({ api }: TestSignalbox): Promise<Readonly<Record<string, readonly string[]>>> {
  const { body } = await api.get<{ items: DueEvent[] }>('/api/events?type=schedule.due&limit=100');
  const bySchedule: Record<string, string[]> = {};
  const inOrder = body.items.toSorted((a, b) => (a.data.due < b.data.due ? -1 : 1));
  for (const { object, data } of inOrder) {
    const day = `${data.due.slice(5, 10)}${data.misfire ? '!' : ''}`;
    (bySchedule[object] ??= []).push(day);
  }
  return bySchedule;
}

async function until(
  app: TestSignalbox,
  expected: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  let found: unknown;
  await waitFor(
    async () =>
      JSON.stringify((found = await dues(app))) === JSON.stringify({ ...(found as object), ...expected }),
    () => `${JSON.stringify(expected)}; it is ${JSON.stringify(found)}`,
  );
  expect(await dues(app)).toEqual(expected);
}

const daily = { every: 'day', at: '12:00', zone: 'UTC' };
const objects = {
  'schedule/all': { settings: { ...daily, misfire: 'all' } },
  'schedule/graceful': { settings: { ...daily, misfire: 'all', grace: '30 hours' } },
  'schedule/once': { settings: daily },
  'schedule/skip': { settings: { ...daily, misfire: 'skip' } },
};
// Only those of this file.
const readyMade = ['hourly', 'midnight', 'saturday-17h', 'friday-18h', 'monthly'];

async function start(data: string, clock: ReturnType<typeof movableClock>, more: object = {}) {
  const off = Object.fromEntries(
    readyMade.map((key) => [`schedule/${key}`, { enabled: false, settings: daily }]),
  );
  const config = { plugins: ['schedule'], objects: { ...off, ...objects, ...more } };
  return startSignalbox({ data, clock, config });
}

describe('times that Signalbox was down at', () => {
  it('come due by the policy of each schedule, and none a second time, however often it is started', async () => {
    using folder = temporaryFolder();
    const before = {
      ...{ all: ['03-01'], graceful: ['03-01'], once: ['03-01'] },
      skip: ['03-01'],
    };
    {
      const clock = movableClock('2027-03-01T11:00:00Z');
      await using app = await start(folder.path, clock);
      clock.set('2027-03-01T12:00:01Z');
      await until(app, before);
    }
    const after = {
      ...{ all: ['03-01', '03-02!', '03-03!', '03-04!'], graceful: ['03-01', '03-03!', '03-04!'] },
      ...{ once: ['03-01', '03-04!'], skip: ['03-01'] },
    };
    for (let i = 0; i < 2; i++) {
      const clock = movableClock('2027-03-04T16:00:00Z');
      await using app = await start(folder.path, clock);
      await until(app, after);
    }
    const clock = movableClock('2027-03-05T11:59:00Z');
    // It has got a name meanwhile: that is no reason to begin anew.
    await using app = await start(folder.path, clock, { 'schedule/once': { name: 'Noon', settings: daily } });
    clock.set('2027-03-05T12:00:00Z');
    await until(app, {
      ...{ all: [...after.all, '03-05'], graceful: [...after.graceful, '03-05'] },
      ...{ once: [...after.once, '03-05'], skip: [...after.skip, '03-05'] },
    });
  });

  it('are not missed by a schedule that was changed while it was down, but by one that was only given a tag', async () => {
    using folder = temporaryFolder();
    {
      await using app = await start(folder.path, movableClock('2027-03-01T11:00:00Z'));
      expect(await dues(app)).toEqual({});
    }
    const clock = movableClock('2027-03-02T11:00:00Z');
    await using app = await start(folder.path, clock, {
      'schedule/all': { settings: { ...daily, at: '10:00', misfire: 'all' } },
      'schedule/once': { tags: ['schedules/noon'], settings: daily },
    });
    await until(app, { graceful: ['03-01!'], once: ['03-01!'] });
    clock.set('2027-03-03T10:00:00Z');
    await until(app, { all: ['03-03'], graceful: ['03-01!', '03-02!'], once: ['03-01!', '03-02!'] });
  });
});

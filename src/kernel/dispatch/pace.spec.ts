import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { dispatchHouse } from '../../../test/support/dispatch-house.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { SignalboxError } from '../../domain/errors.ts';
import { Pace } from './pace.ts';

/** A house whose lamps want this time between two attempts, and when each attempt began. */
function pacedHouse(minGapMs: number) {
  const begun: { key: string; at: number }[] = [];
  const house = dispatchHouse({
    minGapMs,
    concurrency: 8,
    light: ({ object }) => {
      begun.push({ key: object.key, at: Date.now() });
      return Promise.resolve();
    },
  });
  return { house, begun };
}

const minute = 60_000;

describe('a target that wants time between two attempts', () => {
  it('is acted on one after the other, in their order, and not sooner', async () => {
    const { house, begun } = pacedHouse(150);
    await using started = house;
    await started.dispatcher.start();
    const lamps = house.lamps('a');
    for (let n = 0; n < 3; n++) house.dispatcher.accept(house.disk.put(lamps));
    await waitFor(
      () => house.disk.count('succeeded') === 3,
      () => JSON.stringify(begun),
    );
    const announced = house.disk.settlements.filter(({ state }) => state === 'running');
    const [first, second, third] = announced.map(({ startedAt = 0 }) => startedAt);
    expect(second! - first!).toBeGreaterThanOrEqual(150);
    expect(third! - second!).toBeGreaterThanOrEqual(150);
    const order = house.disk.settlements.filter(({ state }) => state === 'succeeded');
    expect(order.map(({ runId }) => runId)).toEqual([...house.disk.rows.keys()]);
  });

  it('keeps no other target waiting', async () => {
    const { house, begun } = pacedHouse(minute);
    await using started = house;
    await started.dispatcher.start();
    house.dispatcher.accept(house.disk.put(house.lamps('a', 'b')));
    house.dispatcher.accept(house.disk.put(house.lamps('a', 'c')));
    await waitFor(
      () => house.disk.count('succeeded') === 3,
      () => JSON.stringify(begun),
    );
    expect(begun.map(({ key }) => key).sort()).toEqual(['a', 'b', 'c']);
    expect(house.disk.count('pending')).toBe(1);
  });

  it('is not acted on when the last process has just done so', async () => {
    const { house, begun } = pacedHouse(minute);
    await using started = house;
    const lamps = house.lamps('a', 'b');
    const now = Date.now();
    house.disk.put(['lamp/a'], { state: 'succeeded', startedAt: now - 5_000 });
    house.disk.put(['lamp/b'], { state: 'succeeded', startedAt: now - 2 * minute });
    house.disk.put(lamps);
    await started.dispatcher.start();
    await waitFor(
      () => house.disk.count('succeeded') === 3,
      () => JSON.stringify(begun),
    );
    await sleep(20);
    expect(begun.map(({ key }) => key)).toEqual(['b']);
    expect(house.disk.asked.sort()).toEqual(lamps);
  });

  it('is not acted on before the disk can tell when that was last', async () => {
    const { house, begun } = pacedHouse(minute);
    await using started = house;
    let failures = 1;
    house.disk.answer = (call) =>
      call === 'lastBegun' && failures-- > 0
        ? Promise.reject(new SignalboxError('STORAGE_UNAVAILABLE', 'no disk'))
        : Promise.resolve();
    await started.dispatcher.start();
    house.dispatcher.accept(house.disk.put(house.lamps('a')));
    await waitFor(
      () => house.logged.length > 0,
      () => 'the fault to be logged',
    );
    expect(begun).toEqual([]);
    await waitFor(
      () => house.disk.count('succeeded') === 1,
      () => JSON.stringify(house.logged),
    );
  });
});

it('a clock that was set back keeps a target waiting once, and not anew each time that it is asked', () => {
  jest.useFakeTimers({ now: 10 * minute });
  try {
    const { house } = pacedHouse(minute);
    const pace = new Pace(house.disk, house.logger);
    pace.begins('lamp/a');
    jest.setSystemTime(2 * minute);
    expect(pace.msLeft('lamp/a', minute)).toBe(minute);
    jest.setSystemTime(2 * minute + 40_000);
    expect(pace.msLeft('lamp/a', minute)).toBe(20_000);
  } finally {
    jest.useRealTimers();
  }
});

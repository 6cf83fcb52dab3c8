import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { dispatchHouse } from '../../../test/support/dispatch-house.ts';

const start = Date.UTC(2026, 0, 1);

beforeEach(() => {
  jest.useFakeTimers({ now: start });
});
afterEach(() => {
  jest.useRealTimers();
});

/** A backlog without a dispatcher, and the targets that it woke. */
async function backlogHouse() {
  const { disk, backlog, logged } = dispatchHouse();
  const woken: string[] = [];
  const begin = () => backlog.start((target) => woken.push(target));
  const page = (target: string) => backlog.page(target, { limit: 10 });
  return {
    ...{ disk, backlog, logged, woken, begin, page },
    [Symbol.dispose]: () => {
      backlog.stop();
    },
  };
}

const fail = () => Promise.reject(new Error('the disk is gone'));

describe('the backlog', () => {
  it('tells again of runs that a clock set back has put off', async () => {
    using house = await backlogHouse();
    await house.begin();
    house.disk.put(['lamp/a'], { dueAt: start + 5_000 });
    await jest.advanceTimersByTimeAsync(40_000);
    expect(house.woken).toEqual(['lamp/a']);
    jest.setSystemTime(start);
    expect(await house.page('lamp/a')).toEqual({ runs: [], complete: true });
    await jest.advanceTimersByTimeAsync(40_000);
    expect(house.woken).toEqual(['lamp/a', 'lamp/a']);
  });

  it('leaves nothing out after a look that failed', async () => {
    using house = await backlogHouse();
    house.disk.put(['lamp/a']);
    house.disk.answer = fail;
    await house.begin();
    expect(house.woken).toEqual([]);
    house.disk.answer = () => Promise.resolve();
    await jest.advanceTimersByTimeAsync(1_500);
    expect(house.woken).toEqual(['lamp/a']);
  });

  it('looks again soon when it is asked to, however long ago the runs were due', async () => {
    using house = await backlogHouse();
    await house.begin();
    house.disk.put(['lamp/a'], { dueAt: start - 9_000 });
    house.backlog.sweepSoon();
    await jest.advanceTimersByTimeAsync(1_500);
    expect(house.woken).toEqual(['lamp/a']);
  });

  it('says once that it cannot be read, however many lanes ask, and wakes them all later', async () => {
    using house = await backlogHouse();
    await house.begin();
    house.disk.answer = fail;
    const pages = await Promise.all(['lamp/a', 'lamp/b', 'lamp/c'].map((target) => house.page(target)));
    expect(pages).toEqual([undefined, undefined, undefined]);
    expect(house.logged).toEqual(['Waiting runs cannot be read']);
    await jest.advanceTimersByTimeAsync(1_500);
    expect(house.woken).toEqual(['lamp/a', 'lamp/b', 'lamp/c']);
    house.disk.answer = () => Promise.resolve();
    await house.page('lamp/a');
    expect(house.logged).toEqual(['Waiting runs cannot be read', 'Waiting runs can be read again']);
  });

  it('releases held runs when the disk works again', async () => {
    using house = await backlogHouse();
    await house.begin();
    house.disk.put(['lamp/a'], { state: 'held', reason: 'target_disabled' });
    house.disk.answer = fail;
    await house.backlog.release({ reason: 'target_disabled', target: 'lamp/a' });
    await jest.advanceTimersByTimeAsync(5_000);
    expect(house.disk.count('held')).toBe(1);
    house.disk.answer = () => Promise.resolve();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(house.disk.count('held')).toBe(0);
    expect(house.woken).toContain('lamp/a');
  });

  it('rings no more after it was stopped in the middle of a look', async () => {
    using house = await backlogHouse();
    let answer = (): void => undefined;
    house.disk.answer = () => new Promise((resolve) => (answer = resolve));
    const begun = house.begin();
    await jest.advanceTimersByTimeAsync(1);
    house.backlog.stop();
    house.disk.answer = () => Promise.resolve();
    answer();
    await begun;
    expect(jest.getTimerCount()).toBe(0);
  });
});

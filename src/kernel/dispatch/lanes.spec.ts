import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { dispatchHouse } from '../../../test/support/dispatch-house.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { TargetGoneError } from '../../sdk/index.ts';

const hang = () => new Promise<void>(() => undefined);
const names = (count: number) => Array.from({ length: count }, (_, n) => `l${String(n)}`);

describe('a large backlog at the start', () => {
  it('fills memory no further than allowed, but for one run of each target', async () => {
    await using house = dispatchHouse({ limits: { memoryRuns: 100 }, light: hang });
    const lamps = house.lamps(...names(40));
    for (let n = 0; n < 100; n++) house.disk.put(lamps);
    await house.dispatcher.start();
    await waitFor(
      () => new Set(house.disk.pages).size === 40,
      () => 'a page of each target',
    );
    await sleep(20);
    expect(house.lanes.inMemory).toBeGreaterThan(80);
    expect(house.lanes.inMemory).toBeLessThanOrEqual(140);
    expect(house.disk.mostReaders).toBe(1);
  });

  it('of one target stays within what a target may hold', async () => {
    await using house = dispatchHouse({ limits: { memoryRunsPerTarget: 50 }, light: hang });
    const lamps = house.lamps('a');
    for (let n = 0; n < 200; n++) house.disk.put(lamps);
    await house.dispatcher.start();
    await waitFor(
      () => house.lanes.inMemory > 0,
      () => 'a page',
    );
    expect(house.lanes.inMemory).toBe(50);
  });

  it('of large events is measured by their bytes', async () => {
    await using house = dispatchHouse({ limits: { memoryBytes: 1_000_000 }, light: hang });
    const lamps = house.lamps('a');
    for (let n = 0; n < 50; n++) house.disk.put(lamps, { data: 'x'.repeat(50_000) });
    await house.dispatcher.start();
    await waitFor(
      () => house.lanes.inMemory > 0,
      () => 'a page',
    );
    expect(house.lanes.inMemory).toBeLessThanOrEqual(20);
  });

  it('of a target that works is run to the end though targets that hang fill the memory', async () => {
    await using house = dispatchHouse({
      limits: { memoryRuns: 4 },
      light: ({ object }) => (object.key === 'good' ? Promise.resolve() : hang()),
    });
    const hanging = house.lamps(...names(10));
    for (let n = 0; n < 10; n++) house.disk.put(hanging);
    const good = house.lamps('good');
    for (let n = 0; n < 30; n++) house.disk.put(good);
    await house.dispatcher.start();
    await waitFor(
      () => house.disk.count('succeeded') === 30,
      () => `30 runs, got ${String(house.disk.count('succeeded'))}`,
    );
  });
});

describe('a lane', () => {
  it('starts what is committed while a page that brings nothing is being read', async () => {
    await using house = dispatchHouse();
    await house.dispatcher.start();
    const lamps = house.lamps('a');
    let answer = (): void => undefined;
    house.disk.answer = (call) =>
      call === 'page' ? new Promise((resolve) => (answer = resolve)) : Promise.resolve();
    house.backlog.put('lamp/a', Date.now());
    await waitFor(
      () => house.disk.pages.length === 1,
      () => 'a page',
    );
    house.dispatcher.accept(house.disk.put(lamps));
    house.disk.answer = () => Promise.resolve();
    answer();
    await waitFor(
      () => house.disk.count('succeeded') === 1,
      () => 'the run',
    );
    expect(house.lanes.count).toBe(0);
  });

  it('whose target says that it is gone starts nothing until the target is disabled', async () => {
    let started = 0;
    let disabled = (): void => undefined;
    await using house = dispatchHouse({
      light: () => {
        started++;
        return Promise.reject(new TargetGoneError('gone'));
      },
      switchOff: () => new Promise((resolve) => (disabled = resolve)),
    });
    await house.dispatcher.start();
    const lamps = house.lamps('a');
    house.dispatcher.accept(house.disk.put(lamps));
    await waitFor(
      () => house.disk.count('failed') === 1,
      () => 'the first run',
    );
    house.dispatcher.accept(house.disk.put(lamps));
    await sleep(20);
    expect(started).toBe(1);
    disabled();
    await waitFor(
      () => started === 2,
      () => 'the second run',
    );
    disabled();
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { dispatchHouse } from '../../../test/support/dispatch-house.ts';
import { waitFor } from '../../../test/support/wait-for.ts';

type House = ReturnType<typeof dispatchHouse>;

async function started(house: House): Promise<House> {
  await house.heldRuns.start();
  await house.dispatcher.start();
  await sleep(20);
  return house;
}

describe('runs whose plugin is starting', () => {
  it('wait on disk, and are run once it is up', async () => {
    await using house = dispatchHouse({ starts: true });
    house.disk.put(house.lamps('a', 'b'));
    await started(house);
    house.dispatcher.accept(house.disk.put(house.lamps('c')));
    await sleep(20);
    expect(house.disk.pages).toEqual([]);
    expect(house.disk.settlements).toEqual([]);
    house.report('up');
    await waitFor(
      () => house.disk.count('succeeded') === 3,
      () => 'three runs',
    );
    expect(house.disk.settlements.map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  });

  it('are held once it is down, and run when it is up after all', async () => {
    await using house = dispatchHouse({ starts: true });
    house.disk.put(house.lamps('a', 'b'));
    await started(house);
    house.report('down');
    await waitFor(
      () => house.disk.count('held') === 2,
      () => 'two held runs',
    );
    house.report('starting');
    house.report('up');
    await waitFor(
      () => house.disk.count('succeeded') === 2,
      () => 'two runs',
    );
  });
});

describe('a run of an action that its type does not declare any more', () => {
  it('is held, and stays so', async () => {
    await using house = dispatchHouse();
    house.disk.put(house.lamps('a'), { action: 'lamp.gone' });
    await started(house);
    await waitFor(
      () => house.disk.count('held') === 1,
      () => 'a held run',
    );
    house.report('up');
    await sleep(50);
    expect(house.disk.settlements).toMatchObject([{ state: 'held', reason: 'plugin_unavailable' }]);
  });

  it('is not released at the start', async () => {
    await using house = dispatchHouse();
    const [lamp] = house.lamps('a');
    house.disk.put([lamp!], { action: 'lamp.gone', state: 'held', reason: 'plugin_unavailable' });
    house.disk.put([lamp!], { state: 'held', reason: 'plugin_unavailable' });
    await started(house);
    await waitFor(
      () => house.disk.count('succeeded') === 1,
      () => 'the run of the action that is there',
    );
    expect(house.disk.settlements).toMatchObject([{ state: 'succeeded' }]);
  });

  it('is held for a person when a stop interrupted it, with no attempt counted', async () => {
    await using house = dispatchHouse();
    house.disk.put(house.lamps('a'), { action: 'lamp.gone', state: 'running', attempts: 2 });
    await house.recovery.recover();
    expect(house.disk.settlements).toMatchObject([{ state: 'held', reason: 'outcome_unknown', attempts: 2 }]);
    expect(house.disk.settlements[0]).not.toHaveProperty('attempt');
  });
});

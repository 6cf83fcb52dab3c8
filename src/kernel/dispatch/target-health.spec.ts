import { describe, expect, it } from '@jest/globals';
import { PermanentError, RetryableError, type ActionContext, type ActionPolicy } from '../../sdk/index.ts';
import { dispatchHouse } from '../../../test/support/dispatch-house.ts';
import { waitFor } from '../../../test/support/wait-for.ts';

/** No retry comes by itself while a spec looks on, nor does a probe. */
const calm = { retries: 3, backoffMs: 3_600_000, probeEveryMs: 3_600_000, disableAfterMs: 0, holdAfter: 3 };

type House = ReturnType<typeof dispatchHouse>;

const settled = (house: House, state: 'held' | 'succeeded' | 'failed' | 'pending', count: number) =>
  waitFor(
    () => house.disk.count(state) === count,
    () => `${String(count)} runs that are ${state}, got ${String(house.disk.count(state))}`,
  );

/** A house whose lamp breaks until it is mended; `tries` counts. */
async function withLamp(
  policy: Partial<ActionPolicy> = {},
  broken: () => Error = () => new RetryableError('dark'),
) {
  let error: Error | undefined = broken();
  const tried: string[] = [];
  const light = ({ idempotencyKey }: ActionContext): Promise<void> => {
    tried.push(idempotencyKey);
    return error ? Promise.reject(error) : Promise.resolve();
  };
  const house = dispatchHouse({ light, policy: { ...calm, ...policy } });
  house.lamps('a');
  await house.health.start();
  await house.heldRuns.start();
  await house.dispatcher.start();
  return {
    house,
    tried,
    mend: () => (error = undefined),
    fire: (count: number, target = 'lamp/a') => {
      for (let i = 0; i < count; i++) house.dispatcher.accept(house.disk.put([target]));
    },
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  };
}

describe('a target that does nothing but fail', () => {
  it('has its runs held from so many failures in a row on, and is not tried meanwhile', async () => {
    await using lamp = await withLamp();
    const { house } = lamp;
    const told: object[] = [];
    house.notices.on('target.failing', (ailment) => told.push(ailment));
    lamp.fire(5);
    await settled(house, 'held', 3);
    expect(lamp.tried).toHaveLength(3);
    // The two that failed first are tried again when they are due; the one that made it three is held.
    expect(house.disk.count('pending')).toBe(2);
    const held = [...house.disk.rows.values()].filter(({ run }) => run.state === 'held');
    expect(held.map(({ run }) => [run.reason, run.attempts])).toEqual([
      ['target_failing', 1],
      ['target_failing', 0],
      ['target_failing', 0],
    ]);
    expect(told).toEqual([{ target: 'lamp/a', failures: 3, error: 'dark' }]);
    expect(house.health.of('lamp/a')).toMatchObject({ failures: 3, error: 'dark' });
    expect(house.disk.ailing.get('lamp/a')).toMatchObject({ failures: 3, error: 'dark' });
  });

  it('is tried with one run at a time, and all go out once it answers', async () => {
    await using lamp = await withLamp({ probeEveryMs: 20 });
    const { house } = lamp;
    lamp.fire(6);
    await settled(house, 'held', 4);
    await waitFor(
      () => lamp.tried.length >= 6,
      () => 'three probes',
    );
    // One after another, each of those that are held: the first could be to blame itself.
    expect(new Set(lamp.tried.slice(3, 6)).size).toBe(3);
    lamp.mend();
    await settled(house, 'succeeded', 4);
    expect(house.health.of('lamp/a')).toBeUndefined();
    await waitFor(
      () => house.disk.ailing.size === 0,
      () => 'its row to go',
    );
  });

  it('uses up no run: the last attempt is kept for when it is well', async () => {
    await using lamp = await withLamp({ retries: 0, probeEveryMs: 5, holdAfter: 1 });
    const { house } = lamp;
    lamp.fire(1);
    await waitFor(
      () => lamp.tried.length >= 5,
      () => 'four probes',
    );
    lamp.mend();
    await settled(house, 'succeeded', 1);
    const [row] = house.disk.rows.values();
    expect(row?.run.attempts).toBe(1);
    expect(house.disk.count('failed')).toBe(0);
  });

  it('is left alone for as long as it asks', async () => {
    await using lamp = await withLamp(
      { probeEveryMs: 1 },
      () => new RetryableError('busy', { retryAfterMs: 60_000 }),
    );
    lamp.fire(3);
    await settled(lamp.house, 'held', 1);
    const { nextProbeAt = 0 } = lamp.house.health.of('lamp/a') ?? {};
    expect(nextProbeAt - Date.now()).toBeGreaterThan(30_000);
    expect(lamp.tried).toHaveLength(3);
  });

  it('takes the next run that comes when none is held', async () => {
    await using lamp = await withLamp({ probeEveryMs: 5, holdAfter: 1 });
    const { house } = lamp;
    lamp.fire(1);
    await settled(house, 'held', 1);
    house.disk.rows.clear();
    await waitFor(
      () => !house.health.holds('lamp/a'),
      () => 'the way to be open for one',
    );
    lamp.mend();
    lamp.fire(1);
    await settled(house, 'succeeded', 1);
  });

  it('gets another chance when its object is changed', async () => {
    await using lamp = await withLamp();
    const { house } = lamp;
    lamp.fire(3);
    await settled(house, 'held', 1);
    lamp.mend();
    house.notices.tell('resource.changed', { ref: { kind: 'object', id: 'lamp/a' }, change: 'updated' });
    await settled(house, 'succeeded', 1);
  });

  it('is switched off after too long a time of it', async () => {
    await using lamp = await withLamp({ probeEveryMs: 5, disableAfterMs: 1 });
    const { switchedOff } = lamp.house;
    lamp.fire(3);
    await waitFor(
      () => switchedOff.length > 0,
      () => 'it to be switched off',
    );
    expect(switchedOff[0]).toMatch(/^lamp\/a it has done nothing but fail for /);
  });

  it('is tried at once after a restart, and counts from when it began to fail', async () => {
    let tries = 0;
    await using house = dispatchHouse({
      light: () => {
        tries++;
        return Promise.reject(new RetryableError('dark'));
      },
      policy: calm,
    });
    house.lamps('a');
    house.disk.ailing.set('lamp/a', { target: 'lamp/a', since: 1_000, failures: 10, error: 'dark' });
    house.disk.ailing.set('lamp/gone', { target: 'lamp/gone', since: 1_000, failures: 10, error: 'dark' });
    house.disk.put(['lamp/a', 'lamp/a'], { state: 'held', reason: 'target_failing' });
    await house.health.start();
    await house.heldRuns.start();
    await house.dispatcher.start();
    await waitFor(
      () => tries > 0 && house.disk.count('held') === 2,
      () => 'a probe',
    );
    expect(tries).toBe(1);
    expect(house.health.of('lamp/a')).toMatchObject({ since: 1_000, failures: 11 });
    // Nobody has tried it while Signalbox was down.
    const policy = { disableAfterMs: 86_400_000 } as ActionPolicy;
    expect(house.health.isHopeless('lamp/a', policy)).toBe(false);
    await waitFor(
      () => !house.disk.ailing.has('lamp/gone'),
      () => 'the row of a target that is gone to go',
    );
  });
});

describe('a target', () => {
  it('that answers now and then is not held', async () => {
    let n = 0;
    await using house = dispatchHouse({
      light: () => (++n % 3 === 0 ? Promise.resolve() : Promise.reject(new RetryableError('dark'))),
      policy: { ...calm, retries: 0 },
    });
    house.lamps('a');
    await house.dispatcher.start();
    for (let i = 0; i < 12; i++) house.dispatcher.accept(house.disk.put(['lamp/a']));
    await settled(house, 'failed', 8);
    expect(house.disk.count('held')).toBe(0);
  });

  it.each([
    ['says no', () => new PermanentError('no'), {}],
    ['is not to be watched', () => new RetryableError('dark'), { holdAfter: 0 }],
  ])('that %s is not held', async (_, broken, policy) => {
    await using lamp = await withLamp({ retries: 0, ...policy }, broken);
    lamp.fire(20);
    await settled(lamp.house, 'failed', 20);
    expect(lamp.house.health.of('lamp/a')).toBeUndefined();
  });

  it('that is well again gets what was held in portions', async () => {
    await using house = dispatchHouse({ limits: { firstRelease: 4 } });
    house.lamps('a');
    await house.dispatcher.start();
    for (let i = 0; i < 10; i++) house.disk.put(['lamp/a'], { state: 'held', reason: 'target_disabled' });
    await house.heldRuns.start();
    await settled(house, 'succeeded', 4);
    expect(house.disk.count('held')).toBe(6);
    await settled(house, 'succeeded', 10);
  });
});

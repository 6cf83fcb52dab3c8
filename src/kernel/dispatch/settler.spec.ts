import { describe, expect, it } from '@jest/globals';
import { SignalboxError } from '../../domain/errors.ts';
import type { JournalPort, Settlement } from '../ports.ts';
import { Settler } from './settler.ts';

const settlement = (runId: string, over: Partial<Settlement> = {}): Settlement => ({
  ...{ runId, state: 'succeeded', attempts: 1, dueAt: 5, finishedAt: 7 },
  attempt: { runId, number: 1, startedAt: 5, durationMs: 2, outcome: 'succeeded', result: runId },
  ...over,
});

/** A journal that keeps what it is given unless `refuse` throws. */
function settlerOn(refuse: (settlement: Settlement) => void): { settler: Settler; stored: Settlement[] } {
  const stored: Settlement[] = [];
  const journal: Pick<JournalPort, 'settle'> = {
    settle: (settlements) =>
      // Rejects as the ports say: nothing of the call is stored.
      Promise.resolve().then(() => {
        settlements.forEach(refuse);
        stored.push(...settlements);
      }),
  };
  const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore, child: () => silent };
  return { settler: new Settler(journal as JournalPort, silent), stored };
}
const ignore = (): void => undefined;
const badValue = () => new TypeError('Do not know how to serialize a BigInt');

describe('an outcome that cannot be written', () => {
  it('fails its run, without what its attempt left behind, and all others are written', async () => {
    const { settler, stored } = settlerOn(({ runId, attempt }) => {
      if (runId === 'bad' && attempt && 'result' in attempt) throw badValue();
    });
    settler.add(settlement('a'));
    settler.add(settlement('bad'));
    settler.add(settlement('b'));
    expect(await settler.settle(settlement('c'))).toBe(true);
    const reason = 'the outcome (succeeded) could not be stored: Do not know how to serialize a BigInt';
    expect(stored).toEqual([
      settlement('a'),
      {
        ...{ runId: 'bad', state: 'failed', reason, attempts: 1 },
        ...{ dueAt: expect.any(Number), finishedAt: expect.any(Number) },
        attempt: { runId: 'bad', number: 1, startedAt: 5, durationMs: 2, outcome: 'failed', error: reason },
      },
      settlement('b'),
      settlement('c'),
    ]);
    expect(settler.unsettled).toBe(0);
  });

  it('is let go of when not even that can be written; its run comes back later', async () => {
    const { settler, stored } = settlerOn(({ runId }) => {
      if (runId === 'bad') throw badValue();
    });
    const told: Settlement[] = [];
    settler.settled.subscribe((settlements) => told.push(...settlements));
    const before = Date.now();
    const [bad, good] = await Promise.all([
      settler.settle(settlement('bad')),
      settler.settle(settlement('good')),
    ]);
    expect([bad, good]).toEqual([false, true]);
    expect(stored.map(({ runId }) => runId)).toEqual(['good']);
    expect(told.map(({ runId, state }) => [runId, state])).toEqual([
      ['bad', 'pending'],
      ['good', 'succeeded'],
    ]);
    expect(told[0]?.dueAt).toBeGreaterThan(before);
    expect(settler.unsettled).toBe(0);
  });
});

it('tries again while the storage fails, and changes nothing of the outcomes', async () => {
  let faults = 3;
  const { settler, stored } = settlerOn(() => {
    if (faults-- > 0) throw new SignalboxError('STORAGE_UNAVAILABLE', 'the disk is full');
  });
  expect(await settler.settle(settlement('a'))).toBe(true);
  expect(stored).toEqual([settlement('a')]);
});

it('says so when it gives up on a storage that fails at the end', async () => {
  const { settler } = settlerOn(() => {
    throw new SignalboxError('STORAGE_UNAVAILABLE', 'the disk is full');
  });
  const stored = settler.settle(settlement('a'));
  await settler.close();
  expect(await stored).toBe(false);
});

import { describe, expect, it } from '@jest/globals';
import { dispatchHouse } from '../../../test/support/dispatch-house.ts';
import { waitFor } from '../../../test/support/wait-for.ts';

describe('one-time tasks that have fired', () => {
  it('are looked at once for all the outcomes that come meanwhile', async () => {
    const removed: string[] = [];
    await using house = dispatchHouse({ removeSpentTask: (id) => Promise.resolve(void removed.push(id)) });
    const task = {
      name: 'Once',
      enabled: true,
      deleteAfterRunning: true,
      action: 'lamp.light',
      settings: {},
    };
    const managed = { managedBy: 'api', createdAt: 1, updatedAt: 1, spent: true } as const;
    house.index.change({ kind: 'task', put: { ...task, ...managed, id: 'light', target: { object: 'a' } } });
    const { runs } = house.disk.put(Array<string>(50).fill('lamp/a'), { state: 'running' });
    await house.spentTasks.start();
    let looks = 0;
    let answer = (): void => undefined;
    house.disk.answer = (call) => {
      if (call !== 'hasUnfinished') return Promise.resolve();
      looks++;
      return new Promise((resolve) => (answer = resolve));
    };
    for (const { id } of runs) {
      await house.settler.settle({ runId: id, state: 'succeeded', attempts: 1, dueAt: 1, finishedAt: 2 });
    }
    await waitFor(
      () => looks === 1,
      () => 'a look',
    );
    house.disk.answer = (call) => {
      if (call === 'hasUnfinished') looks++;
      return Promise.resolve();
    };
    answer();
    await waitFor(
      () => removed.length > 0,
      () => 'the task to go',
    );
    expect(looks).toBeLessThanOrEqual(2);
  });
});

import { describe, expect, it } from '@jest/globals';
import { lastValueFrom, Subject, toArray } from 'rxjs';
import { groupCommit } from './group-commit.ts';

/** Work that can be let go step by step. */
function heldWork(): {
  groups: number[][];
  work: (group: readonly number[]) => Promise<number>;
  release: () => void;
} {
  const groups: number[][] = [];
  let release: () => void = () => undefined;
  return {
    groups,
    work: (group) => {
      groups.push([...group]);
      return new Promise(
        (resolve) =>
          (release = () => {
            resolve(group.length);
          }),
      );
    },
    release: () => {
      release();
    },
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe('groupCommit', () => {
  it('puts what arrives in one turn of the event loop into one group', async () => {
    const source = new Subject<number>();
    const held = heldWork();
    source.pipe(groupCommit({ maxSize: 10, work: held.work })).subscribe();
    source.next(1);
    source.next(2);
    expect(held.groups).toEqual([]);
    await turn();
    expect(held.groups).toEqual([[1, 2]]);
  });

  it('gathers what arrives while a group is being worked on', async () => {
    const source = new Subject<number>();
    const held = heldWork();
    source.pipe(groupCommit({ maxSize: 10, work: held.work })).subscribe();
    source.next(1);
    await turn();
    source.next(2);
    await turn();
    source.next(3);
    expect(held.groups).toEqual([[1]]);
    held.release();
    await turn();
    expect(held.groups).toEqual([[1], [2, 3]]);
  });

  it('cuts groups at the largest size and loses nothing', async () => {
    const source = new Subject<number>();
    const sizes = lastValueFrom(
      source.pipe(groupCommit({ maxSize: 4, work: (group) => Promise.resolve(group.length) }), toArray()),
    );
    for (let n = 0; n < 10; n++) source.next(n);
    source.complete();
    expect(await sizes).toEqual([4, 4, 2]);
  });

  it('completes only after the last group is done', async () => {
    const source = new Subject<number>();
    const held = heldWork();
    let completed = false;
    source
      .pipe(groupCommit({ maxSize: 4, work: held.work }))
      .subscribe({ complete: () => (completed = true) });
    source.next(1);
    source.complete();
    await turn();
    expect(completed).toBe(false);
    held.release();
    await turn();
    expect(completed).toBe(true);
  });
});

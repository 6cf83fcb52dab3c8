import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/sdk/index.ts';
import { freshStore, type Backend } from './backend.ts';
import { event, object, run, task } from './records.ts';

/** As the kernel puts what is sealed: an array, where there is an object otherwise. */
const sealed = (text: string): JsonObject => [{ a: null }, text] as unknown as JsonObject;

/** What is sealed, and with which keys. */
export function secretSuite(backend: Backend): void {
  describe('secrets', () => {
    it('remembers the keys, all of them as they were given last', async () => {
      await using fresh = await freshStore(backend);
      const { secrets } = fresh.store;
      expect(await secrets.keys()).toEqual([]);
      const [a, b] = [
        { id: 'a', since: 1, clean: true } as const,
        { id: 'b', since: 2, clean: false } as const,
      ];
      await secrets.reseal({ keys: [a, b] });
      expect(await secrets.keys()).toEqual(expect.arrayContaining([a, b]));
      await secrets.reseal({ keys: [{ ...b, clean: true }] });
      expect(await secrets.keys()).toEqual([{ ...b, clean: true }]);
    });

    it('puts documents anew, and nothing else of their records; what is gone stays gone', async () => {
      await using fresh = await freshStore(backend);
      const { secrets, resources, journal, history } = fresh.store;
      const [one, about, two] = [object(), object({ key: 'about' }), task()];
      await resources.apply(
        [
          { kind: 'object', put: one },
          { kind: 'task', put: two },
        ],
        { outbox: [{ id: 'o', event: { type: 'vm.error', data: {}, time: 1 }, object: about }] },
      );
      const cause = event();
      const queued = run({ eventId: cause.id });
      await journal.commit([cause], () => ({ runs: [queued], spentTasks: [] }));
      const kept = { ...about, settings: sealed('o') };
      await secrets.reseal({
        objects: [
          { ...one, settings: sealed('x'), enabled: false },
          { ...one, key: 'gone' },
        ],
        tasks: [{ ...two, settings: sealed('y') }],
        outbox: [{ id: 'o', object: kept }],
        runs: [{ id: queued.id, input: sealed('z') }],
      });
      const { objects, tasks } = await resources.load();
      expect(objects).toEqual([{ ...one, settings: sealed('x'), enabled: false }]);
      expect(tasks).toEqual([{ ...two, settings: sealed('y') }]);
      expect((await resources.outbox()).map((record) => record.object)).toEqual([kept]);
      expect(await history.run(queued.id)).toEqual({ ...queued, input: sealed('z') });
      const { runs } = await fresh.store.queue.page(queued.target, Number.MAX_SAFE_INTEGER, { limit: 1 });
      expect(runs[0]?.run.input).toEqual(sealed('z'));
    });

    it('finds the inputs that are sealed, or of actions that are not known to be harmless, page by page', async () => {
      await using fresh = await freshStore(backend);
      const { secrets, journal } = fresh.store;
      const cause = event();
      const of = (action: string, input: JsonObject) => run({ eventId: cause.id, action, input });
      const runs = [
        of('a.open', { text: '[' }),
        of('a.open', sealed('s')),
        of('b.risky', { pin: 1 }),
        of('a.open', {}),
        of('c.unknown', {}),
      ];
      await journal.commit([cause], () => ({ runs, spentTasks: [] }));
      const found: string[] = [];
      for (let after = ''; ; after = found.at(-1) ?? '') {
        const page = await secrets.inputs({ after, limit: 2, harmless: ['a.open', "it's"] });
        if (page.length === 0) break;
        expect(page.length).toBeLessThanOrEqual(2);
        found.push(...page.map(({ id }) => id));
      }
      const expected = [runs[1]!, runs[2]!, runs[4]!].map(({ id }) => id);
      expect(found).toEqual([...expected].sort());
      const [first] = await secrets.inputs({ after: '', limit: 1, harmless: [] });
      const { id, taskId, action, input } = [...runs].sort((x, y) => (x.id < y.id ? -1 : 1))[0]!;
      expect(first).toEqual({ id, taskId, action, input });
    });

    it('overwrites what is left of rows and loses none', async () => {
      await using fresh = await freshStore(backend);
      const { secrets, resources } = fresh.store;
      await resources.apply([{ kind: 'object', put: object() }]);
      await secrets.scrub();
      expect((await resources.load()).objects).toEqual([object()]);
      await resources.apply([{ kind: 'object', put: object({ name: 'after' }) }]);
      expect((await resources.load()).objects).toMatchObject([{ name: 'after' }]);
    });
  });
}

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
        runs: [{ id: queued.id, input: sealed('z'), text: JSON.stringify(queued.input) }],
      });
      const { objects, tasks } = await resources.load();
      expect(objects).toEqual([{ ...one, settings: sealed('x'), enabled: false }]);
      expect(tasks).toEqual([{ ...two, settings: sealed('y') }]);
      expect((await resources.outbox()).map((record) => record.object)).toEqual([kept]);
      expect(await history.run(queued.id)).toEqual({ ...queued, input: sealed('z') });
      const { runs } = await fresh.store.queue.page(queued.target, Number.MAX_SAFE_INTEGER, { limit: 1 });
      expect(runs[0]?.run.input).toEqual(sealed('z'));
    });

    it('leaves the input of a run that is not as it was read, and says so', async () => {
      await using fresh = await freshStore(backend);
      const { secrets, journal, history } = fresh.store;
      const cause = event();
      const [same, other] = [run({ eventId: cause.id }), run({ eventId: cause.id })];
      await journal.commit([cause], () => ({ runs: [same, other], spentTasks: [] }));
      const runs = [
        { id: same.id, input: sealed('a'), text: JSON.stringify(same.input) },
        { id: other.id, input: sealed('b'), text: '{"what":"was read"}' },
        { id: 'gone', input: sealed('c'), text: '{}' },
      ];
      expect(await secrets.reseal({ runs })).toBe(2);
      expect((await history.run(same.id))?.input).toEqual(sealed('a'));
      expect((await history.run(other.id))?.input).toEqual(other.input);
    });

    it('finds the inputs that are sealed, or of actions that are not known to be harmless, stretch by stretch', async () => {
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
      let stretches = 0;
      for (let after: string | undefined = ''; after !== undefined; stretches++) {
        const { items, next } = await secrets.inputs({ after, limit: 2, harmless: ['a.open', "it's"] });
        found.push(...items.map(({ id }) => id));
        after = next;
      }
      // Rows that are looked at count, not those that are found.
      expect(stretches).toBe(3);
      const expected = [runs[1]!, runs[2]!, runs[4]!].map(({ id }) => id);
      expect(found).toEqual([...expected].sort());
      const [first] = (await secrets.inputs({ after: '', limit: 1, harmless: [] })).items;
      const { id, taskId, action, input } = [...runs].sort((x, y) => (x.id < y.id ? -1 : 1))[0]!;
      expect(first).toEqual({ id, taskId, action, input, text: JSON.stringify(input) });
    });

    it('overwrites what is left of rows and loses none', async () => {
      await using fresh = await freshStore(backend);
      const { secrets, resources } = fresh.store;
      await resources.apply([{ kind: 'object', put: object() }]);
      await secrets.scrub({ runs: true });
      await secrets.emptyLog();
      expect((await resources.load()).objects).toEqual([object()]);
      await resources.apply([{ kind: 'object', put: object({ name: 'after' }) }]);
      expect((await resources.load()).objects).toMatchObject([{ name: 'after' }]);
    });
  });
}

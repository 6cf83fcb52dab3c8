import { describe, expect, it } from '@jest/globals';
import { deepFreeze } from '../../../src/kernel/deep-freeze.ts';
import type { ResourceChange } from '../../../src/kernel/ports.ts';
import { freshStore, type Backend } from './backend.ts';
import { event, object, objectState, planning, settlement, tag, task, trigger } from './records.ts';

const nothing = { objects: [], tags: [], tasks: [], triggers: [], states: [] };

/** What is configured. */
export function resourceSuite(backend: Backend): void {
  describe('resources', () => {
    it('gives back what was put', async () => {
      await using fresh = await freshStore(backend);
      const { resources } = fresh.store;
      expect(await resources.load()).toEqual(nothing);
      const odd = { name: `it's "?" \\ ä€😀`, settings: { 'a?': `'"\u0000\\`, list: [null, { b: '??' }] } };
      const all = {
        objects: [object(), object({ ...odd, key: 'a/b', enabled: false, tags: [], changedByHandAt: 7 })],
        tags: [tag()],
        tasks: [task(), task({ id: 'tagged', target: { tag: 'vms/all' }, spent: true, managedBy: 'config' })],
        triggers: [trigger()],
      };
      await resources.apply([
        ...all.objects.map((put) => ({ kind: 'object', put }) as const),
        ...all.tags.map((put) => ({ kind: 'tag', put }) as const),
        ...all.tasks.map((put) => ({ kind: 'task', put }) as const),
        ...all.triggers.map((put) => ({ kind: 'trigger', put }) as const),
      ]);
      const loaded = await resources.load();
      expect(loaded.objects).toHaveLength(2);
      expect(loaded.objects).toEqual(expect.arrayContaining(all.objects));
      expect(loaded.tasks).toEqual(expect.arrayContaining(all.tasks));
      expect(loaded.tags).toEqual(all.tags);
      expect(loaded.triggers).toEqual(all.triggers);
    });

    it('takes what is frozen', async () => {
      await using fresh = await freshStore(backend);
      const changes = (description: string): ResourceChange[] => [
        { kind: 'object', put: object({ name: description, settings: { list: [{ b: 'x' }] } }) },
        { kind: 'tag', put: tag({ description }) },
        { kind: 'task', put: task({ description, settings: { text: 'x', list: [{ b: 'x' }] } }) },
        { kind: 'trigger', put: trigger({ enabled: false }) },
      ];
      await fresh.store.resources.apply(deepFreeze(changes('one')));
      await fresh.store.resources.apply(deepFreeze(changes('two')));
      expect(await fresh.store.resources.load()).toMatchObject({
        objects: [{ name: 'two', settings: { list: [{ b: 'x' }] } }],
        tasks: [{ description: 'two', settings: { text: 'x' } }],
        triggers: [{ filter: trigger().filter }],
      });
    });

    it('replaces a resource as a whole: what the new one leaves out is gone', async () => {
      await using fresh = await freshStore(backend);
      const { resources } = fresh.store;
      const { description: _, ...plainTag } = tag();
      const { description: __, ...plainTask } = task({ target: { tag: 'ops/all' } });
      const { filter: ___, tag: ____, ...plainTrigger } = trigger({ object: 'gpu-02' });
      await resources.apply([
        { kind: 'object', put: object({ changedByHandAt: 7 }) },
        { kind: 'tag', put: tag() },
        { kind: 'task', put: task({ changedByHandAt: 7 }) },
        { kind: 'trigger', put: trigger() },
      ]);
      await resources.apply([
        { kind: 'object', put: object({ settings: {}, tags: [], updatedAt: 9 }) },
        { kind: 'tag', put: plainTag },
        { kind: 'task', put: plainTask },
        { kind: 'trigger', put: plainTrigger },
      ]);
      expect(await resources.load()).toEqual({
        objects: [object({ settings: {}, tags: [], updatedAt: 9 })],
        tags: [plainTag],
        tasks: [plainTask],
        triggers: [plainTrigger],
        states: [],
      });
    });

    it('tells objects of one key and different types apart', async () => {
      await using fresh = await freshStore(backend);
      const { resources } = fresh.store;
      const [vm, user] = [object({ type: 'vm', key: 'x' }), object({ type: 'user', key: 'x' })];
      await resources.apply([
        { kind: 'object', put: vm },
        { kind: 'object', put: user },
      ]);
      await resources.apply([{ kind: 'object', remove: { type: 'vm', key: 'x' } }]);
      expect((await resources.load()).objects).toEqual([user]);
    });

    it('removes, and does not mind what is not there', async () => {
      await using fresh = await freshStore(backend);
      const { resources } = fresh.store;
      await resources.apply([
        { kind: 'object', put: object() },
        { kind: 'tag', put: tag() },
        { kind: 'task', put: task() },
        { kind: 'trigger', put: trigger() },
      ]);
      await resources.apply([
        { kind: 'trigger', remove: 'notify-on-power' },
        { kind: 'task', remove: 'notify' },
        { kind: 'tag', remove: 'vms/jthompson-gpu' },
        { kind: 'object', remove: { type: 'vm', key: 'gpu-01' } },
        { kind: 'task', remove: 'never was' },
      ]);
      expect(await resources.load()).toEqual(nothing);
    });

    it('removes the state of an object with it', async () => {
      await using fresh = await freshStore(backend);
      const { journal, resources } = fresh.store;
      await resources.apply([{ kind: 'object', put: object() }]);
      const directory = { registered: [], states: [objectState()] };
      await journal.commit([], () => ({ runs: [], spentTasks: [], directory }));
      await resources.apply([{ kind: 'object', remove: { type: 'vm', key: 'gpu-01' } }]);
      expect(await resources.load()).toEqual(nothing);
    });

    it('puts states with the changes, but none that is older than the stored one', async () => {
      await using fresh = await freshStore(backend);
      const { journal, resources } = fresh.store;
      const [known, other] = [object(), object({ key: 'gpu-02' })];
      const directory = { registered: [known], states: [objectState({ at: 500 })] };
      await journal.commit([], () => ({ runs: [], spentTasks: [], directory }));
      const states = [
        objectState({ at: 400, state: { power: 'stale' } }),
        objectState({ key: 'gpu-02', at: 400, state: { power: 'off' } }),
      ];
      await resources.apply([{ kind: 'object', put: other }], { states });
      const load = async () => new Map((await resources.load()).states.map((state) => [state.key, state]));
      expect(await load()).toEqual(
        new Map([
          ['gpu-01', objectState({ at: 500 })],
          ['gpu-02', states[1]],
        ]),
      );
      const newer = objectState({ at: 600, state: { power: 'off' } });
      await resources.apply([], { states: [newer] });
      expect((await load()).get('gpu-01')).toEqual(newer);
    });

    it('keeps events of changes until they are cleared', async () => {
      await using fresh = await freshStore(backend);
      const { resources } = fresh.store;
      const event = { type: 'vm.changed', data: null, time: 5 };
      const record = (id: string) => ({ id, event, object: object() });
      await resources.apply([{ kind: 'object', put: object() }], { outbox: [record('b'), record('a')] });
      expect(await resources.outbox()).toEqual([record('a'), record('b')]);
      await resources.clearOutbox(['a']);
      expect(await resources.outbox()).toEqual([record('b')]);
    });

    it('lets the last of several changes of one resource count', async () => {
      await using fresh = await freshStore(backend);
      const { resources } = fresh.store;
      await resources.apply([
        { kind: 'tag', put: tag({ name: 'a/kept' }) },
        { kind: 'tag', put: tag({ name: 'a/gone' }) },
        { kind: 'tag', remove: 'a/kept' },
        { kind: 'tag', remove: 'a/gone' },
        { kind: 'tag', put: tag({ name: 'a/kept', description: 'second' }) },
      ]);
      expect((await resources.load()).tags).toEqual([tag({ name: 'a/kept', description: 'second' })]);
    });

    it('applies all or nothing', async () => {
      await using fresh = await freshStore(backend);
      const { resources } = fresh.store;
      await expect(resources.apply([{ kind: 'tag', put: tag() }, broken()])).rejects.toThrow(/null/i);
      expect(await resources.load()).toEqual(nothing);
    });

    it('keeps transactions of people and of the journal apart', async () => {
      await using fresh = await freshStore(backend);
      const { journal, resources, history } = fresh.store;
      const work = Array.from({ length: 40 }, async (_, index) => {
        const put = { kind: 'task', put: task({ id: `task-${index}` }) } as const;
        // Every other one of these fails and is undone, with commits and settlements between its statements.
        const applied = resources.apply(index % 2 === 0 ? [put] : [put, broken()]).catch(() => undefined);
        const { runs } = await journal.commit([event()], planning());
        await Promise.all([journal.settle(runs.map((each) => settlement(each))), applied]);
      });
      await Promise.all(work);
      expect((await resources.load()).tasks).toHaveLength(20);
      expect((await history.events({ limit: 100 })).items).toHaveLength(40);
      expect((await history.runs({ limit: 100, states: ['succeeded'] })).items).toHaveLength(40);
    });

    it('takes thousands at once', async () => {
      await using fresh = await freshStore(backend);
      const triggers = Array.from({ length: 3_000 }, (_, index) => trigger({ id: `trigger-${index}` }));
      await fresh.store.resources.apply(triggers.map((put) => ({ kind: 'trigger', put })));
      expect((await fresh.store.resources.load()).triggers).toHaveLength(3_000);
    });
  });

  describe('targets that do nothing but fail', () => {
    it('are kept, each once, until they are well', async () => {
      await using fresh = await freshStore(backend);
      const { targets } = fresh.store;
      const ailing = { target: 'webhook/ops', since: 1_700_000_000_000, failures: 10, error: 'no answer' };
      await targets.put(ailing);
      await targets.put({ ...ailing, target: 'webhook/other' });
      await targets.put({ ...ailing, failures: 11 });
      await targets.remove('webhook/other');
      await targets.remove('webhook/none');
      expect(await targets.all()).toEqual([{ ...ailing, failures: 11 }]);
    });
  });
}

/** A change that the database refuses. */
function broken(): ResourceChange {
  return { kind: 'trigger', put: { ...trigger({ id: 'broken' }), task: null as unknown as string } };
}

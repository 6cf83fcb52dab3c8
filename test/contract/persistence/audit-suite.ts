import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { AuditRecord } from '../../../src/domain/audit.ts';
import type { RunsNote } from '../../../src/kernel/ports.ts';
import { freshStore, type Backend } from './backend.ts';
import { event, object, run } from './records.ts';

function entry(over: Partial<AuditRecord> = {}): AuditRecord {
  return {
    id: uuidv7(),
    time: Date.now(),
    actor: { kind: 'user', name: 'alice', session: 's-1' },
    action: 'updated',
    kind: 'object',
    resource: 'webhook/ops',
    ...over,
  };
}

/** Everything that an entry may have. */
function full(): AuditRecord {
  return entry({
    actor: { kind: 'token', name: 'ci/cd', id: 't-1' },
    name: `it's "?" ä😀`,
    before: { settings: { timeout: 5, odd: '\u0000?' } },
    after: { settings: { timeout: 7 } },
    changed: ['settings.timeout', 'settings.auth.token'],
    details: { reason: 'because' },
    requestId: 'r-1',
    address: '::1',
    causedBy: { id: uuidv7(), depth: 3 },
  });
}

/** Who did what. `execute` speaks to the database behind the store's back. */
export function auditSuite(
  backend: Backend,
  {
    execute,
    replace,
  }: {
    readonly execute: (url: string, sql: string) => Promise<unknown>;
    readonly replace: readonly string[];
  },
): void {
  describe('audit log', () => {
    it('gives back what was added, newest first or oldest first, in pages', async () => {
      await using fresh = await freshStore(backend);
      const { audit } = fresh.store;
      const all = [full(), entry(), entry({ actor: { kind: 'signalbox' } })];
      await audit.append(all);
      expect((await audit.entries({ limit: 10 })).items).toEqual(all.toReversed());
      expect((await audit.entries({ limit: 10, oldestFirst: true })).items).toEqual(all);
      expect(await audit.entry(all[0]!.id)).toEqual(all[0]);
      expect(await audit.entry('x')).toBeUndefined();
      for (const oldestFirst of [true, false]) {
        const first = await audit.entries({ limit: 2, oldestFirst });
        const second = await audit.entries({ limit: 2, oldestFirst, cursor: first.next! });
        expect([...first.items, ...second.items]).toEqual(oldestFirst ? all : all.toReversed());
        expect(second.next).toBeUndefined();
      }
    });

    it('is narrowed by who, what, when and any text', async () => {
      await using fresh = await freshStore(backend);
      const { audit } = fresh.store;
      const old = entry({
        time: 1_000,
        action: 'created',
        resource: 'vm/a',
        before: { note: 'Needle 100%' },
      });
      const other = entry({ kind: 'task', resource: 'tell', actor: { kind: 'config' }, action: 'removed' });
      const last = full();
      await audit.append([old, other, last]);
      const found = async (query: object): Promise<readonly AuditRecord[]> =>
        (await audit.entries({ limit: 10, ...query })).items;
      expect(await found({ actor: 'token/ci/cd' })).toEqual([last]);
      expect(await found({ actor: 'config' })).toEqual([other]);
      expect(await found({ actor: 'token' })).toEqual([last]);
      expect(await found({ actor: 'toke' })).toEqual([]);
      expect(await found({ actions: ['created', 'removed'] })).toEqual([other, old]);
      expect(await found({ kind: 'task' })).toEqual([other]);
      expect(await found({ resource: 'vm/a' })).toEqual([old]);
      expect(await found({ kind: 'object', resource: 'webhook/ops' })).toEqual([last]);
      expect(await found({ search: 'needle 100%' })).toEqual([old]);
      expect(await found({ search: 'needle_100' })).toEqual([]);
      expect(await found({ search: 'AUTH.token' })).toEqual([last]);
      expect(await found({ search: 'AUTH.token', openOnly: true })).toEqual([last]);
      expect(await found({ search: 'needle 100%', openOnly: true })).toEqual([]);
      expect(await found({ search: '::1' })).toEqual([last]);
      expect(await found({ search: '::1', openOnly: true })).toEqual([]);
      expect(await found({ from: other.time, to: last.time + 1 })).toEqual([last, other]);
      expect(await found({ to: 1_001 })).toEqual([]);
      expect(await found({ search: 'a\0' })).toEqual([]);
    });

    it('stores entries together with what they tell of, or neither', async () => {
      await using fresh = await freshStore(backend);
      const { resources, identities, audit } = fresh.store;
      const many = Array.from({ length: 1_203 }, () => entry());
      await resources.apply([{ kind: 'object', put: object() }], { audit: many });
      expect((await audit.entries({ limit: 500, cursor: many[3]!.id })).items).toHaveLength(3);
      const twice = entry();
      const removal = { kind: 'object', remove: { type: 'vm', key: 'gpu-01' } } as const;
      await expect(resources.apply([removal], { audit: [twice, twice] })).rejects.toThrow();
      await expect(
        identities.apply([{ kind: 'token', remove: 'a' }], [entry({ id: many[0]!.id })]),
      ).rejects.toThrow();
      expect((await resources.load()).objects).toHaveLength(1);
      expect(await audit.entry(twice.id)).toBeUndefined();
      await identities.apply([], [twice]);
      expect(await audit.entry(twice.id)).toEqual(twice);
    });

    it('has an entry of what is done to runs, told which they are, with it or not at all', async () => {
      await using fresh = await freshStore(backend);
      const { journal, queue, history, audit } = fresh.store;
      const [failed, held, ended] = [
        run({ state: 'failed' }),
        run({ state: 'held' }),
        run({ state: 'succeeded' }),
      ];
      await journal.commit([event()], () => ({ runs: [failed, held, ended], spentTasks: [] }));
      const told: (readonly string[])[] = [];
      const note: RunsNote = (ids) => {
        told.push(ids);
        return ids.map((id) => entry({ kind: 'run', resource: id }));
      };
      const both = [failed, ended].map((one) => ({ run: one, input: {} }));
      expect(await queue.requeueAll(both, 1, note)).toEqual([failed.id]);
      expect(await queue.cancel([held.id, ended.id], 1, note)).toEqual([held.id]);
      expect(await history.removeRun(failed.id, note)).toBe(false);
      expect(await history.removeRun(ended.id, note)).toBe(true);
      expect(told).toEqual([[failed.id], [held.id], [ended.id]]);
      const stored = (await audit.entries({ limit: 10, oldestFirst: true })).items;
      expect(stored.map(({ resource }) => resource)).toEqual([failed.id, held.id, ended.id]);
      const again: RunsNote = () => [stored[0]!];
      await expect(queue.requeue(held, {}, 1, again)).rejects.toThrow();
      await expect(history.removeRun(held.id, again)).rejects.toThrow();
      expect(await history.run(held.id)).toMatchObject({ state: 'cancelled' });
    });

    it('is pruned by the owner of the database, as docs/audit.md says, and kept as it is from then on', async () => {
      await using database = await backend.create();
      const store = await database.open();
      const [old, kept] = ['0197c1ef', '0197c1f0'].map((begin) =>
        entry({ id: `${begin}-0000-7000-8000-000000000000` }),
      ) as [AuditRecord, AuditRecord];
      await store.audit.append([old, kept]);
      await store.close();
      const docs = readFileSync(new URL('../../../docs/audit.md', import.meta.url), 'utf8');
      const [, sql = ''] =
        new RegExp(`on ${backend.name}[^:]*:\n\n\`\`\`sql\n(.*?)\`\`\``, 's').exec(docs) ?? [];
      expect(sql).toContain('delete from audit');
      await execute(database.url, sql);
      await expect(execute(database.url, 'delete from audit')).rejects.toThrow(/append-only/);
      const again = await database.open();
      expect((await again.audit.entries({ limit: 10 })).items).toEqual([kept]);
      await again.close();
    });

    it('keeps how far has been told', async () => {
      await using fresh = await freshStore(backend);
      const { audit } = fresh.store;
      expect(await audit.told()).toBeUndefined();
      await audit.noteTold('a');
      await audit.noteTold('b');
      expect(await audit.told()).toBe('b');
    });

    it.each([`update audit set actor = 'nobody'`, 'delete from audit', ...replace])(
      'is not changed: the database refuses %s',
      async (sql) => {
        await using database = await backend.create();
        const store = await database.open();
        const stored = entry({ id: '0197c1f0-0000-7000-8000-000000000000' });
        await store.audit.append([stored]);
        await store.close();
        await expect(execute(database.url, sql)).rejects.toThrow(/the audit log is append-only/);
        const again = await database.open();
        expect((await again.audit.entries({ limit: 10 })).items).toEqual([stored]);
        await again.close();
      },
    );
  });
}

import { holdReasons, type RunState } from '../domain/records.ts';
import type { QueuedPage, QueuedPageSize, RetriedRun, RunQueuePort, RunsNote } from '../kernel/ports.ts';
import type { JsonObject } from '../sdk/index.ts';
import { addEntries } from './audit-store.ts';
import type { Database } from './database.ts';
import { RunEntity } from './entities/run.entity.ts';
import { queuedRuns } from './queued-runs.ts';
import { inState } from './run-state.ts';

const unfinished: readonly RunState[] = ['pending', 'running', 'held'];
const retryable: readonly RunState[] = ['failed', 'held', 'cancelled'];
const cancellable: readonly RunState[] = ['pending', 'held'];

const nothing: RunsNote = () => [];

export class RunQueue implements RunQueuePort {
  constructor(private readonly database: Database) {}

  targetsDue(after: number, until: number): Promise<readonly string[]> {
    return this.database.read(async (em) => {
      const rows = await em
        .createQueryBuilder(RunEntity)
        .select('target', true)
        .where({ state: 'pending', dueAt: { $gt: after, $lte: until } })
        .execute();
      return rows.map(({ target }) => target);
    });
  }

  page(target: string, now: number, size: QueuedPageSize): Promise<QueuedPage> {
    return this.database.read((em) => queuedRuns(em, { ...size, target, now }));
  }

  nextDueAt(after: number): Promise<number | undefined> {
    return this.database.read(async (em) => {
      const [next] = await em.find(
        RunEntity,
        { state: 'pending', dueAt: { $gt: after } },
        { orderBy: { dueAt: 'asc' }, limit: 1, fields: ['dueAt'] },
      );
      return next?.dueAt;
    });
  }

  async requeue(run: RetriedRun, input: JsonObject, now: number, note?: RunsNote): Promise<boolean> {
    return (await this.requeueAll([{ run, input }], now, note)).length > 0;
  }

  requeueAll(
    runs: Parameters<RunQueuePort['requeueAll']>[0],
    now: number,
    note: RunsNote = nothing,
  ): Promise<readonly string[]> {
    return this.database.write(async (em) => {
      const requeued: string[] = [];
      for (const { run, input } of runs) {
        const { id } = run;
        const changed = await em.nativeUpdate(
          RunEntity,
          { id, state: { $in: [...retryable] } },
          { state: 'pending', input, dueAt: now, reason: null, finishedAt: null },
        );
        if (changed === 1) requeued.push(id);
      }
      await addEntries(em, note(requeued));
      return requeued;
    });
  }

  cancel(runIds: readonly string[], now: number, note: RunsNote = nothing): Promise<readonly string[]> {
    return this.database.write(async (em) => {
      const open = { id: { $in: [...runIds] }, state: { $in: [...cancellable] } };
      const runs = await em.find(RunEntity, open, { fields: ['id'] });
      const ids = runs.map(({ id }) => id);
      await em.nativeUpdate(
        RunEntity,
        { id: { $in: ids } },
        { state: 'cancelled', reason: null, finishedAt: now },
      );
      await addEntries(em, note(ids));
      return ids;
    });
  }

  interrupted(): ReturnType<RunQueuePort['interrupted']> {
    return this.database.read(async (em) => {
      const runs = await em.find(RunEntity, inState('running'), { fields: ['id', 'action', 'attempts'] });
      return runs.map(({ id, action, attempts }) => ({ id, action, attempts }));
    });
  }

  release(filter: Parameters<RunQueuePort['release']>[0], now: number): Promise<readonly string[]> {
    // `like` would ignore case on SQLite and take `_` for any letter.
    const prefix = `${filter.targetType ?? ''}/`;
    const [condition, ...values] =
      filter.target === undefined
        ? ['substr(target, 1, ?) = ?', prefix.length, prefix]
        : ['target = ?', filter.target];
    const [andAction, ...action] = filter.action === undefined ? [''] : ['and action = ?', filter.action];
    return this.database.write(async (em) => {
      const rows = await em.getConnection().execute<readonly { readonly target: string }[]>(
        `update run set state = 'pending', due_at = ?, reason = null, finished_at = null
         where state = 'held' and state <> 'succeeded' and reason = ? and ${condition} ${andAction} returning target`,
        [now, filter.reason, ...values, ...action],
        'all',
        em.getTransactionContext(),
      );
      return [...new Set(rows.map(({ target }) => target))];
    });
  }

  releaseSome(
    target: string,
    { reasons, limit, now }: Parameters<RunQueuePort['releaseSome']>[1],
  ): Promise<number> {
    const places = reasons.map(() => '?').join(', ');
    return this.database.write(async (em) => {
      const rows = await em.getConnection().execute<readonly unknown[]>(
        `update run set state = 'pending', due_at = ?, reason = null, finished_at = null
         where id in (
           select id from run where state = 'held' and target = ? and reason in (${places}) order by due_at, id limit ?
         ) returning id`,
        [now, target, ...reasons, limit],
        'all',
        em.getTransactionContext(),
      );
      return rows.length;
    });
  }

  lastBegun(target: string, after: number): Promise<number | undefined> {
    return this.database.read(async (em) => {
      const where = { target, startedAt: { $gt: after } };
      const [last] = await em.find(RunEntity, where, {
        orderBy: { startedAt: 'desc' },
        limit: 1,
        fields: ['startedAt'],
      });
      return last?.startedAt ?? undefined;
    });
  }

  heldTargets(): ReturnType<RunQueuePort['heldTargets']> {
    return this.database.read(async (em) => {
      const rows = await em
        .createQueryBuilder(RunEntity)
        .select(['target', 'action', 'reason'], true)
        .where(inState('held'))
        .execute();
      return rows.flatMap(({ target, action, reason }) => {
        const known = holdReasons.find((one) => one === reason);
        return known ? [{ target, action, reason: known }] : [];
      });
    });
  }

  hasUnfinished(taskId: string): Promise<boolean> {
    return this.database.read(async (em) => {
      const where = { taskId, state: { $in: [...unfinished] } };
      return (await em.find(RunEntity, where, { limit: 1, fields: ['id'] })).length > 0;
    });
  }
}

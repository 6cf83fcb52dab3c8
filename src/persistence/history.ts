import type { AttemptRecord, EventRecord, RunRecord, RunState } from '../domain/records.ts';
import {
  mostCounted,
  type EventQuery,
  type HeldGroup,
  type HistoryPort,
  type Page,
  type PageRequest,
  type RunContext,
  type RunQuery,
  type UnfinishedRuns,
  type RunsNote,
} from '../kernel/ports.ts';
import { addEntries } from './audit-store.ts';
import type { Database } from './database.ts';
import { AttemptEntity, toAttempt } from './entities/attempt.entity.ts';
import { EventEntity, toEvent } from './entities/event.entity.ts';
import { RunEntity, toRun } from './entities/run.entity.ts';
import { walkEvents } from './event-walk.ts';
import { idRange, timeRange } from './page-range.ts';
import { runContexts } from './run-contexts.ts';
import { inState } from './run-state.ts';
import { needsWalk, walkRuns } from './run-walk.ts';

export class History implements HistoryPort {
  constructor(private readonly database: Database) {}

  events(query: EventQuery): Promise<Page<EventRecord>> {
    const where = {
      ...given('type', query.type),
      ...given('object', query.object),
      ...given('source', query.source),
      ...timeRange('receivedAt', query),
      ...idRange(query, query.oldestFirst),
    };
    if (!storable(query)) return nothing;
    if (query.search !== undefined) return walkEvents(this.database, query);
    return this.database.read(async (em) => {
      const rows = await em.find(EventEntity, where, byTime(query, query.oldestFirst));
      return page(rows.map(toEvent), query);
    });
  }

  event(id: string): Promise<EventRecord | undefined> {
    if (!storable({ id })) return Promise.resolve(undefined);
    return this.database.read(async (em) => {
      const row = await em.findOne(EventEntity, { id });
      return row ? toEvent(row) : undefined;
    });
  }

  runs(query: RunQuery): Promise<Page<RunRecord>> {
    const oldestFirst = query.order?.descending === false;
    const where = {
      ...given('taskId', query.taskId),
      ...given('target', query.target),
      ...given('eventId', query.eventId),
      ...given('reason', query.reason),
      ...timeRange('createdAt', query),
      ...idRange(query, oldestFirst),
    };
    if (!storable(query)) return nothing;
    if (needsWalk(query)) return walkRuns(this.database, query);
    const order = byTime(query, oldestFirst);
    return this.database.read(async (em) => {
      if (!query.states) return page((await em.find(RunEntity, where, order)).map(toRun), query);
      // State by state: the index gives the runs of one state in the order of time, but not those of several.
      const runs: RunRecord[] = [];
      for (const state of new Set(query.states))
        runs.push(...(await em.find(RunEntity, { ...where, ...inState(state) }, order)).map(toRun));
      const upwards = oldestFirst ? 1 : -1;
      return page(
        runs.sort((a, b) => (a.id < b.id ? -upwards : upwards)),
        query,
      );
    });
  }

  contexts(runs: readonly RunRecord[]): Promise<readonly RunContext[]> {
    return this.database.read((em) => runContexts(em, runs));
  }

  run(id: string): Promise<RunRecord | undefined> {
    if (!storable({ id })) return Promise.resolve(undefined);
    return this.database.read(async (em) => {
      const row = await em.findOne(RunEntity, { id });
      return row ? toRun(row) : undefined;
    });
  }

  attempts(runId: string): Promise<readonly AttemptRecord[]> {
    if (!storable({ runId })) return Promise.resolve([]);
    return this.database.read(async (em) => {
      const rows = await em.find(AttemptEntity, { runId }, { orderBy: { number: 'asc' } });
      return rows.map(toAttempt);
    });
  }

  held(): Promise<readonly HeldGroup[]> {
    return this.database.read(async (em) => {
      const rows = await em.getConnection().execute<readonly Record<keyof HeldGroup, string>[]>(
        `select target, action, reason, count(*) as runs, min(created_at) as since from run
         where state = 'held' and state <> 'succeeded' group by target, action, reason
         order by count(*) desc, target, action, reason limit 1000`,
        [],
        'all',
        em.getTransactionContext(),
      );
      // PostgreSQL gives numbers of some kinds as text.
      return rows.map((row) => ({ ...row, runs: Number(row.runs), since: Number(row.since) }));
    });
  }

  unfinished(): Promise<UnfinishedRuns> {
    const counted = (['pending', 'running', 'held'] as const).map(
      (state) =>
        `(select count(*) from (select 1 from run where state = '${state}' and state <> 'succeeded'
          limit ${String(mostCounted)}) as counted) as ${state}`,
    );
    return this.database.read(async (em) => {
      const [row] = await em
        .getConnection()
        .execute<readonly Record<keyof UnfinishedRuns, string>[]>(
          `select ${counted.join(', ')}`,
          [],
          'all',
          em.getTransactionContext(),
        );
      const count = (state: keyof UnfinishedRuns): number => Number(row?.[state] ?? 0);
      return { pending: count('pending'), running: count('running'), held: count('held') };
    });
  }

  removeRun(id: string, note?: RunsNote): Promise<boolean> {
    if (!storable({ id })) return Promise.resolve(false);
    return this.database.write(async (em) => {
      const removed = await em.nativeDelete(RunEntity, { id, state: { $in: [...ended] } });
      if (removed > 0) await em.nativeDelete(AttemptEntity, { runId: id });
      if (removed > 0 && note) await addEntries(em, note([id]));
      return removed > 0;
    });
  }
}

const ended: readonly RunState[] = ['succeeded', 'failed', 'cancelled'];

const nothing = Promise.resolve({ items: [] });

/** A condition, if it is asked for. */
function given(key: string, value: string | undefined) {
  return value === undefined ? {} : { [key]: value };
}

/** One more than asked for tells whether another page follows. */
function byTime({ limit }: PageRequest, oldestFirst = false) {
  return { orderBy: { id: oldestFirst ? ('asc' as const) : ('desc' as const) }, limit: limit + 1 };
}

function page<T extends { readonly id: string }>(rows: readonly T[], { limit }: PageRequest): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return rows.length > limit && last ? { items, next: last.id } : { items };
}

/** No database takes NUL in the text of a statement, and nothing that has one is found. */
function storable(query: object): boolean {
  return !Object.values(query).some((value) => typeof value === 'string' && value.includes('\0'));
}

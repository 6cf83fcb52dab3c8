import { Inject, Injectable } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';
import { SignalboxError } from '../../domain/errors.ts';
import type { EventRecord, RunRecord } from '../../domain/records.ts';
import type { JsonObject } from '../../sdk/index.ts';
import { runNote, runsNote } from '../audit/run-facts.ts';
import {
  HISTORY,
  RUN_QUEUE,
  type HistoryPort,
  type RunFilter,
  type RunQueuePort,
  type RunsNote,
} from '../ports.ts';
import { ResourceIndex } from '../resources/resource-index.ts';
import { Backlog } from './backlog.ts';
import { Lanes } from './lanes.ts';
import { SpentTasks } from './spent-tasks.ts';

/** Runs that are dealt with in one transaction, and by one call. */
const portion = 500;
const most = 10_000;

/** What was done to many runs. */
export interface BulkResult {
  /** How many it was done to. */
  readonly runs: number;
  /** There are more than one call deals with. */
  readonly more: boolean;
}

/** A run that somebody has put back or cancelled, as it is on disk now. */
export interface ControlledRun {
  readonly run: RunRecord;
  /** Absent when it is no longer kept. */
  readonly event?: Pick<EventRecord, 'type' | 'object'>;
}

/** What a person can do about runs. */
@Injectable()
export class RunControl {
  readonly #changed = new Subject<readonly ControlledRun[]>();

  constructor(
    private readonly index: ResourceIndex,
    private readonly backlog: Backlog,
    private readonly lanes: Lanes,
    private readonly spentTasks: SpentTasks,
    @Inject(RUN_QUEUE) private readonly queue: RunQueuePort,
    @Inject(HISTORY) private readonly history: HistoryPort,
  ) {}

  /** Runs that were put back or cancelled, once that is on disk. */
  get changed(): Observable<readonly ControlledRun[]> {
    return this.#changed;
  }

  /**
   * Tries a failed, held or cancelled run once more, with its task's settings as they are now (as they were, when
   * the task has gone). Errors: NOT_FOUND, RUN_NOT_RETRYABLE.
   */
  async retry(runId: string): Promise<RunRecord> {
    const run = await this.#run(runId);
    const now = Date.now();
    if (!(await this.queue.requeue(run, this.#inputOf(run), now, runNote('retried', run)))) {
      const { state } = await this.#run(runId);
      throw new SignalboxError('RUN_NOT_RETRYABLE', `run ${runId} is ${state}`);
    }
    const requeued = await this.#run(runId);
    await this.#tell([requeued]);
    this.backlog.put(run.target, now);
    return requeued;
  }

  /**
   * Cancels a run that is waiting. Errors: NOT_FOUND, RUN_NOT_CANCELLABLE for one that is at work or has ended. One that begins in the
   * same moment may still be seen by its target.
   */
  async cancel(runId: string): Promise<RunRecord> {
    const before = await this.#run(runId);
    const atWork = this.lanes.isAtWork(runId);
    const cancelled = atWork ? [] : await this.#cancel([runId], runNote('cancelled', before));
    const run = await this.#run(runId);
    if (cancelled.length > 0) {
      await this.#tell([run]);
      return run;
    }
    throw new SignalboxError('RUN_NOT_CANCELLABLE', `run ${runId} is ${atWork ? 'running' : run.state}`);
  }

  /** `retry` for all that a query finds, as many as one call deals with. */
  retryAll(query: RunFilter): Promise<BulkResult> {
    return this.#inBulk(query, async (runs) => {
      const now = Date.now();
      const inputs = runs.map((run) => ({ run, input: this.#inputOf(run) }));
      const requeued = new Set(await this.queue.requeueAll(inputs, now, runsNote('retried', query)));
      const back = inputs.filter(({ run }) => requeued.has(run.id));
      await this.#tell(
        back.map(({ run, input }) => ({ ...waiting(run), input, state: 'pending', dueAt: now })),
      );
      for (const target of new Set(back.map(({ run }) => run.target))) this.backlog.put(target, now);
      return requeued.size;
    });
  }

  /** `cancel` for all that a query finds, as many as one call deals with. */
  cancelAll(query: RunFilter): Promise<BulkResult> {
    return this.#inBulk(query, async (runs) => {
      const idle = runs.map(({ id }) => id).filter((id) => !this.lanes.isAtWork(id));
      const cancelled = new Set(await this.#cancel(idle, runsNote('cancelled', query)));
      const now = Date.now();
      const gone = runs.filter(({ id }) => cancelled.has(id));
      await this.#tell(gone.map((run) => ({ ...waiting(run), state: 'cancelled', finishedAt: now })));
      return cancelled.size;
    });
  }

  /** Only where somebody looks on. */
  async #tell(runs: readonly RunRecord[]): Promise<void> {
    if (!this.#changed.observed || runs.length === 0) return;
    // Who looks on must not keep the runs from going on.
    const contexts = await this.history.contexts(runs).catch(() => []);
    this.#changed.next(
      runs.map((run, i) => {
        const event = contexts[i]?.event;
        return { run, ...(event && { event }) };
      }),
    );
  }

  async #cancel(runIds: readonly string[], note: RunsNote): Promise<readonly string[]> {
    const cancelled = await this.queue.cancel(runIds, Date.now(), note);
    for (const id of cancelled) this.lanes.withdraw(id);
    if (cancelled.length > 0) this.spentTasks.look();
    return cancelled;
  }

  /** Page by page: what has been dealt with is found no more, or has been passed by. */
  async #inBulk(
    query: RunFilter,
    work: (runs: readonly RunRecord[]) => Promise<number>,
  ): Promise<BulkResult> {
    let runs = 0;
    let looked = 0;
    let cursor: string | undefined;
    do {
      const page = await this.history.runs({
        ...query,
        limit: portion,
        ...(cursor !== undefined && { cursor }),
      });
      if (page.items.length > 0) runs += await work(page.items);
      looked += page.items.length;
      cursor = page.next;
    } while (cursor !== undefined && looked < most);
    return { runs, more: cursor !== undefined };
  }

  #inputOf(run: RunRecord): JsonObject {
    const task = this.index.task(run.taskId);
    return task?.action === run.action ? task.settings : run.input;
  }

  /** Deletes a run that has ended, with its attempts; the event stays. Errors: NOT_FOUND, RUN_NOT_ENDED. */
  async remove(runId: string): Promise<void> {
    const run = await this.#run(runId);
    if (await this.history.removeRun(runId, runNote('removed', run))) return;
    const { state } = await this.#run(runId);
    throw new SignalboxError('RUN_NOT_ENDED', `run ${runId} is ${state}`);
  }

  async #run(id: string): Promise<RunRecord> {
    const run = await this.history.run(id);
    if (!run) throw new SignalboxError('NOT_FOUND', `there is no run ${id}`);
    return run;
  }
}

/** The run without what it was held or failed for. */
function waiting({ reason: _, finishedAt: __, ...run }: RunRecord): Omit<RunRecord, 'reason' | 'finishedAt'> {
  return run;
}

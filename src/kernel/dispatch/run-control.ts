import { Inject, Injectable } from '@nestjs/common';
import { SignalboxError } from '../../domain/errors.ts';
import type { RunRecord } from '../../domain/records.ts';
import type { JsonValue } from '../../sdk/index.ts';
import { HISTORY, RUN_QUEUE, type HistoryPort, type RunQueuePort } from '../ports.ts';
import { ResourceIndex } from '../resources/resource-index.ts';
import { EventStream, type Published } from '../stream/event-stream.ts';
import { Backlog } from './backlog.ts';

/** What a person can do about runs. */
@Injectable()
export class RunControl {
  constructor(
    private readonly index: ResourceIndex,
    private readonly stream: EventStream,
    private readonly backlog: Backlog,
    @Inject(RUN_QUEUE) private readonly queue: RunQueuePort,
    @Inject(HISTORY) private readonly history: HistoryPort,
  ) {}

  /**
   * Tries a failed, held or cancelled run once more, with its task's settings as they are now (as they were, when
   * the task has gone). Errors: NOT_FOUND, RUN_NOT_RETRYABLE.
   */
  async retry(runId: string): Promise<RunRecord> {
    const run = await this.#run(runId);
    const now = Date.now();
    const task = this.index.task(run.taskId);
    const input = task?.action === run.action ? task.settings : run.input;
    if (!(await this.queue.requeue(runId, input, now))) {
      const { state } = await this.#run(runId);
      throw new SignalboxError('RUN_NOT_RETRYABLE', `run ${runId} is ${state}`);
    }
    this.backlog.put(run.target, now);
    return this.#run(runId);
  }

  /** Deletes a run that has ended, with its attempts; the event stays. Errors: NOT_FOUND, RUN_NOT_ENDED. */
  async remove(runId: string): Promise<void> {
    if (await this.history.removeRun(runId)) return;
    const { state } = await this.#run(runId);
    throw new SignalboxError('RUN_NOT_ENDED', `run ${runId} is ${state}`);
  }

  /** Runs a task by hand: the ordinary event `task.run` on it. Errors: NOT_FOUND, CONFLICT when it is disabled. */
  async runTask(taskId: string, data: JsonValue): Promise<Published> {
    const task = this.index.task(taskId);
    if (!task) throw new SignalboxError('NOT_FOUND', `there is no task ${taskId}`);
    if (!task.enabled)
      throw new SignalboxError('CONFLICT', `task ${taskId} is disabled; enable it to run it`);
    const [published] = await this.stream.publish([{ type: 'task.run', object: taskId, data }], {
      defaultSource: 'signalbox/api',
    });
    if (!published) throw new SignalboxError('INTERNAL', `task ${taskId}: nothing was published`);
    return published;
  }

  async #run(id: string): Promise<RunRecord> {
    const run = await this.history.run(id);
    if (!run) throw new SignalboxError('NOT_FOUND', `there is no run ${id}`);
    return run;
  }
}

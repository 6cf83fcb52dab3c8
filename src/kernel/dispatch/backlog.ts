import { Inject, Injectable } from '@nestjs/common';
import type { HoldReason } from '../../domain/records.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { RUN_QUEUE, type QueuedRun, type RunQueuePort } from '../ports.ts';
import { Serial } from '../serial.ts';
import { DueTimer } from './due-timer.ts';

/** How soon a failed look at the disk is repeated, ms. */
const again = 1_000;

/** The runs that wait on disk: it wakes a lane when runs of its target fall due, and reads them page by page. */
@Injectable()
export class Backlog {
  readonly #timer = new DueTimer(() => void this.sweep());
  readonly #serial = new Serial();
  /** Everything due until then has been told to the lanes. */
  #sweptUntil = -1;
  #wake: (target: string) => void = () => undefined;
  #stopped = false;

  constructor(
    @Inject(RUN_QUEUE) private readonly queue: RunQueuePort,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  /** `wake` is told of every target that has ready runs on disk. */
  async start(wake: (target: string) => void): Promise<void> {
    this.#wake = wake;
    await this.sweep();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer.clear();
  }

  /** A run of this target has been put on disk, due at this time. */
  put(target: string, dueAt: number): void {
    if (this.#stopped) return;
    if (dueAt <= Date.now()) this.#wake(target);
    else {
      this.#timer.set(dueAt);
      // A clock that was set back: the next look must not leave this one out.
      this.#sweptUntil = Math.min(this.#sweptUntil, dueAt - 1);
    }
  }

  /** Runs of a target that are ready, or undefined when the disk failed; then the target is woken again later. */
  async page(target: string, limit: number): Promise<readonly QueuedRun[] | undefined> {
    try {
      return await this.queue.page(target, Date.now(), limit);
    } catch (error) {
      this.logger.error({ err: error, target }, 'Waiting runs cannot be read');
      setTimeout(() => {
        if (!this.#stopped) this.#wake(target);
      }, again).unref();
      return undefined;
    }
  }

  /** Makes held runs ready whose reason to be held has gone. */
  async release(filter: {
    readonly reason: HoldReason;
    readonly target?: string;
    readonly targetType?: string;
  }): Promise<void> {
    try {
      for (const target of await this.queue.release(filter, Date.now())) this.#wake(target);
    } catch (error) {
      this.logger.error({ err: error, ...filter }, 'Held runs cannot be released');
    }
  }

  /** Wakes the targets of all runs that have fallen due since the last look. */
  sweep(): Promise<void> {
    return this.#serial.run(async () => {
      if (this.#stopped) return;
      const now = Date.now();
      try {
        const targets = await this.queue.targetsDue(this.#sweptUntil, now);
        this.#sweptUntil = now;
        for (const target of targets) this.#wake(target);
        const next = await this.queue.nextDueAt(now);
        if (next !== undefined) this.#timer.set(next);
      } catch (error) {
        this.logger.error({ err: error }, 'The backlog cannot be read');
        this.#timer.set(now + again);
      }
    });
  }
}

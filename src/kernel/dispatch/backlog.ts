import { Inject, Injectable } from '@nestjs/common';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { RUN_QUEUE, type QueuedPage, type RunQueuePort } from '../ports.ts';
import { Serial } from '../serial.ts';
import { DueTimer } from './due-timer.ts';

/** How soon a failed look at the disk is repeated, ms. */
const again = 1_000;

/** The longest time between two releases that fail, ms. */
const longestRetry = 60_000;

/** There is a look at the disk at least that often: a clock that was set back has moved what is due, ms. */
const safetyNet = 30_000;

type ReleaseFilter = Parameters<RunQueuePort['release']>[0];

/** The runs that wait on disk: it wakes a lane when runs of its target fall due, and reads them page by page. */
@Injectable()
export class Backlog {
  readonly #timer = new DueTimer(() => void this.sweep());
  readonly #serial = new Serial();
  /** Everything due until then has been told to the lanes. */
  #sweptUntil = -1;
  /** Targets whose runs could not be read. */
  readonly #unread = new Set<string>();
  #failing = false;
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
      this.#sweepFrom(dueAt - 1);
    }
  }

  /** Looks for all that is due, soon: runs may have been stored that nobody was told of. */
  sweepSoon(): void {
    if (this.#stopped) return;
    this.#sweepFrom(-1);
    this.#timer.set(Date.now() + again);
  }

  /** Runs of a target that are ready, or undefined when the disk failed; then the target is woken again later. */
  async page(target: string, request: Parameters<RunQueuePort['page']>[2]): Promise<QueuedPage | undefined> {
    const now = Date.now();
    // A clock that was set back: what the lane was told of may not be due any more, and must be told again.
    this.#sweepFrom(now);
    try {
      const page = await this.queue.page(target, now, request);
      this.#works();
      return page;
    } catch (error) {
      this.#fails(error);
      this.#readAgain(target);
      return undefined;
    }
  }

  /** Makes held runs ready whose reason to be held has gone. A disk that fails is asked again and again. */
  async release(filter: ReleaseFilter, retryIn = again): Promise<void> {
    if (this.#stopped) return;
    try {
      for (const target of await this.queue.release(filter, Date.now())) this.#wake(target);
    } catch (error) {
      this.logger.error({ err: error, ...filter, retryInMs: retryIn }, 'Held runs cannot be released');
      setTimeout(() => void this.release(filter, Math.min(retryIn * 2, longestRetry)), retryIn).unref();
    }
  }

  /** Wakes the targets of all runs that have fallen due since the last look. */
  sweep(): Promise<void> {
    return this.#serial.run(async () => {
      if (this.#stopped) return;
      const next = await this.#look();
      // It may have been stopped meanwhile.
      if (!this.#isStopped()) this.#timer.set(next);
    });
  }

  /** Returns when to look again. */
  async #look(): Promise<number> {
    const now = Date.now();
    const since = this.#sweptUntil;
    // Set first: what is put on disk while the disk is being asked may move it back.
    this.#sweptUntil = now;
    try {
      for (const target of await this.queue.targetsDue(since, now)) this.#wake(target);
      const next = await this.queue.nextDueAt(now);
      this.#works();
      return Math.min(next ?? Infinity, now + safetyNet);
    } catch (error) {
      this.#sweepFrom(since);
      this.#fails(error);
      return now + again;
    }
  }

  #isStopped(): boolean {
    return this.#stopped;
  }

  #sweepFrom(time: number): void {
    this.#sweptUntil = Math.min(this.#sweptUntil, time);
  }

  #readAgain(target: string): void {
    this.#unread.add(target);
    if (this.#unread.size > 1) return;
    setTimeout(() => {
      const targets = [...this.#unread];
      this.#unread.clear();
      if (!this.#stopped) for (const each of targets) this.#wake(each);
    }, again).unref();
  }

  /** Said once for each outage, however many lanes want to read. */
  #fails(error: unknown): void {
    if (!this.#failing) this.logger.error({ err: error }, 'Waiting runs cannot be read');
    this.#failing = true;
  }

  #works(): void {
    if (this.#failing) this.logger.info({}, 'Waiting runs can be read again');
    this.#failing = false;
  }
}

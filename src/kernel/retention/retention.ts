import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { setTimeout as sleep } from 'node:timers/promises';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { RETENTION, type RetentionPort } from '../ports.ts';
import { RowWalk } from './row-walk.ts';

export const RETENTION_LIMITS = Symbol('RetentionLimits');

/** How long events and runs are kept, whichever comes first. */
export interface RetentionLimits {
  readonly days: number;
  /** Of events and of runs, each. */
  readonly rows: number;
}

const day = 24 * 3_600_000;
const everyMs = 60_000;
/**
 * So many times the walks go on where they stopped; then they begin at the oldest row again, for what could not be
 * deleted when they came by.
 */
const ticksOfOneWalk = 60;
/** It has three quarters of the time for the rest of the server. */
const restPerWork = 3;
/** Moving a large file's end takes a while; the next tick goes on with it. */
const shrinksPerTick = 64;

/** Deletes events and runs that are too old or too many. Runs that have not ended, and their events, stay. */
@Injectable()
export class Retention implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stopping = new AbortController();
  #working: Promise<void> | undefined;
  #ticks = 0;
  #walks: { readonly runs: RowWalk; readonly events: RowWalk } | undefined;

  constructor(
    @Inject(RETENTION) private readonly storage: RetentionPort,
    @Inject(RETENTION_LIMITS) private readonly limits: RetentionLimits,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  onApplicationBootstrap(): void {
    void this.tick();
  }

  /** Resolves when all is deleted that has to be. While that goes on, further ticks join it. Never rejects. */
  @Interval('retention', everyMs)
  tick(): Promise<void> {
    if (this.#stopping.signal.aborted) return Promise.resolve();
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
    return this.#working;
  }

  /** Before the storage closes. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await this.#working;
  }

  async #work(): Promise<void> {
    try {
      await this.#prune();
      await this.#shrink();
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      this.logger.error({ err: error, retryInMs: everyMs }, 'Old events and runs cannot be deleted');
    }
  }

  async #prune(): Promise<void> {
    if (this.#ticks++ % ticksOfOneWalk === 0) this.#walks = undefined;
    this.#walks ??= {
      runs: new RowWalk('run', this.storage, this.#pace),
      events: new RowWalk('event', this.storage, this.#pace),
    };
    const limits = { rows: this.limits.rows, before: Date.now() - this.limits.days * day };
    // An event may go only when its runs have gone.
    const runs = await this.#walks.runs.prune(limits);
    const events = await this.#walks.events.prune(limits);
    if (runs + events > 0) this.logger.debug({ runs, events }, 'Old events and runs were deleted');
  }

  async #shrink(): Promise<void> {
    for (let times = 0; times < shrinksPerTick; times++)
      if (!(await this.#pace(() => this.storage.shrink()))) return;
  }

  readonly #pace = async <T>(piece: () => Promise<T>): Promise<T> => {
    const begin = performance.now();
    const result = await piece();
    const rest = (performance.now() - begin) * restPerWork;
    await sleep(rest, undefined, { signal: this.#stopping.signal });
    return result;
  };
}

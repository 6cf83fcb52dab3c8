import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { RUN_QUEUE, type RunQueuePort } from '../ports.ts';

/** A clock may be set, and a machine may sleep: the time left is looked at again at least that often, ms. */
const lookAgain = 1_000;

/** Keeps attempts on one target as far apart as its policy asks for, across a restart, too. */
@Injectable()
export class Pace implements OnModuleDestroy {
  /** Target → when the last attempt began, epoch ms; 0: not within the time that was asked for. */
  readonly #begun = new Map<string, number>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #asking = new Set<string>();
  readonly #since = Date.now();

  constructor(
    @Inject(RUN_QUEUE) private readonly queue: RunQueuePort,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  /** Whether an attempt may begin now. If not, `again` is called once it is worth while to ask anew. */
  mayBegin(target: string, minGapMs: number, again: () => void): boolean {
    if (minGapMs === 0) return true;
    if (this.#mustAsk(target, minGapMs)) {
      void this.#ask(target, minGapMs, again);
      return false;
    }
    const left = this.msLeft(target, minGapMs);
    if (left <= 0) return true;
    this.#wait(target, left, again);
    return false;
  }

  /** Whether there may be anything to wait for, as far as it is known in memory. */
  knows(target: string): boolean {
    return this.#begun.has(target);
  }

  /** How long the next attempt has to wait, ms, as far as it is known in memory. */
  msLeft(target: string, minGapMs: number): number {
    const begun = this.#begun.get(target);
    if (begun === undefined) return 0;
    const now = Date.now();
    // The clock has been set back: as if it had begun now, and not later each time that it is looked at.
    if (begun > now) this.#begun.set(target, now);
    return Math.min(begun, now) + minGapMs - now;
  }

  begins(target: string): void {
    this.#begun.set(target, Date.now());
  }

  onModuleDestroy(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  /** What began before this process did is known to the disk only. */
  #mustAsk(target: string, minGapMs: number): boolean {
    return !this.#begun.has(target) && Date.now() - this.#since < minGapMs;
  }

  async #ask(target: string, minGapMs: number, again: () => void): Promise<void> {
    if (this.#asking.has(target)) return;
    this.#asking.add(target);
    try {
      const begun = await this.queue.lastBegun(target, Date.now() - minGapMs);
      if (!this.#begun.has(target)) this.#begun.set(target, begun ?? 0);
      again();
    } catch (error) {
      this.logger.error({ err: error, target }, 'It cannot be read when a target was acted on last');
      this.#wait(target, lookAgain, again);
    } finally {
      this.#asking.delete(target);
    }
  }

  #wait(target: string, ms: number, again: () => void): void {
    clearTimeout(this.#timers.get(target));
    const timer = setTimeout(
      () => {
        this.#timers.delete(target);
        again();
      },
      Math.min(ms, lookAgain),
    );
    this.#timers.set(target, timer.unref());
  }
}

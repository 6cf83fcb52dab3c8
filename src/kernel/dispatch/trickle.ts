import { Inject, Injectable } from '@nestjs/common';
import { KERNEL_LIMITS, type KernelLimits } from '../limits.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { RUN_QUEUE, type RunQueuePort } from '../ports.ts';
import { Backlog } from './backlog.ts';
import { Preparation, targetReasons } from './preparation.ts';

/** Between two portions, ms. */
const pause = 1_000;

/** The largest portion, in first ones. */
const most = 20;

/**
 * Releases the held runs of a target portion by portion: one that is back must not be buried under all that has waited for it. As long
 * as it stays well each portion is twice the one before.
 */
@Injectable()
export class Trickle {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** Targets of which a portion is being released; true: asked for again meanwhile. */
  readonly #releasing = new Map<string, boolean>();
  /** Targets of which more is to be released → portions of the first size that are next. */
  readonly #portions = new Map<string, number>();
  #stopped = false;

  constructor(
    private readonly backlog: Backlog,
    private readonly preparation: Preparation,
    @Inject(RUN_QUEUE) private readonly queue: RunQueuePort,
    @Inject(KERNEL_LIMITS) private readonly limits: KernelLimits,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  /** Releases what is held of a target for reasons that have gone. Never rejects; a disk that fails is asked again. */
  async release(target: string): Promise<void> {
    if (this.#stopped || this.#timers.has(target)) return;
    if (this.#releasing.has(target)) {
      this.#releasing.set(target, true);
      return;
    }
    this.#releasing.set(target, false);
    const complete = await this.#portion(target);
    const again = this.#releasing.get(target) === true;
    this.#releasing.delete(target);
    if (complete && !again) return;
    this.#timers.set(
      target,
      setTimeout(() => {
        this.#timers.delete(target);
        void this.release(target);
      }, pause).unref(),
    );
  }

  /** Whether there is nothing more to release. */
  async #portion(target: string): Promise<boolean> {
    const reasons = targetReasons.filter((reason) => this.preparation.isWell(reason, target));
    const portions = this.#portions.get(target) ?? 1;
    this.#portions.delete(target);
    if (reasons.length === 0) return true;
    const limit = this.limits.dispatch.firstRelease * portions;
    const now = Date.now();
    try {
      const released = await this.queue.releaseSome(target, { reasons, limit, now });
      if (released > 0) this.backlog.put(target, now);
      if (released < limit) return true;
      this.#portions.set(target, Math.min(portions * 2, most));
      return false;
    } catch (error) {
      this.logger.error({ err: error, target }, 'Held runs cannot be released');
      return false;
    }
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import type { Settlement } from '../ports.ts';

/** So many lines in so many ms; what is more is counted. A target that is down must not fill the log. */
const most = 10;
const within = 10_000;

/** Says in the log of the server which runs have failed for good. Everything about them is in the task log. */
@Injectable()
export class FailureLog {
  #since = 0;
  #said = 0;
  #unsaid = 0;

  constructor(@Inject(KERNEL_LOGGER) private readonly logger: KernelLogger) {}

  note(settlements: readonly Settlement[]): void {
    for (const settlement of settlements) if (settlement.state === 'failed') this.#note(settlement);
  }

  #note({ runId, reason, attempts }: Settlement): void {
    this.#beginAnew(Date.now());
    if (this.#said >= most) {
      this.#unsaid++;
      return;
    }
    this.#said++;
    this.logger.warn({ run: runId, reason, attempts }, 'A run has failed for good');
  }

  #beginAnew(now: number): void {
    if (now - this.#since < within) return;
    if (this.#unsaid > 0) this.logger.warn({ runs: this.#unsaid }, 'More runs have failed meanwhile');
    this.#since = now;
    this.#said = 0;
    this.#unsaid = 0;
  }
}

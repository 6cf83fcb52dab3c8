import { Inject, Injectable } from '@nestjs/common';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { Notices } from '../notices/notices.ts';
import type { Failure } from './incidents.ts';

/** So many are told of in so many ms; what is more is counted. A target that is down must not fill the log. */
const most = 10;
const within = 10_000;

/** Tells which runs have failed for good, in the log of the server and in notices. All of them are in the task log. */
@Injectable()
export class FailureLog {
  #since = 0;
  #said = 0;
  #unsaid = 0;

  constructor(
    private readonly notices: Notices,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  note(failure: Failure): void {
    this.#beginAnew(Date.now());
    if (this.#said >= most) {
      this.#unsaid++;
      return;
    }
    this.#said++;
    const { run, reason, attempts } = failure;
    this.logger.warn({ run: run.id, reason, attempts }, 'A run has failed for good');
    this.notices.tell('run.failed', failure);
  }

  #beginAnew(now: number): void {
    if (now - this.#since < within) return;
    if (this.#unsaid > 0) this.logger.warn({ runs: this.#unsaid }, 'More runs have failed meanwhile');
    this.#since = now;
    this.#said = 0;
    this.#unsaid = 0;
  }
}

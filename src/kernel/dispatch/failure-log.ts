import { Inject, Injectable } from '@nestjs/common';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { Allowance } from '../notices/allowance.ts';
import { Notices } from '../notices/notices.ts';
import type { Failure } from './incidents.ts';

/**
 * Tells which runs have failed for good, in the log of the server and in notices; some of them, for a target that is down must not fill
 * the log. All of them are in the task log.
 */
@Injectable()
export class FailureLog {
  readonly #allowance = new Allowance({ most: 10, withinMs: 10_000 });

  constructor(
    private readonly notices: Notices,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  note(failure: Failure): void {
    const { passes, missed } = this.#allowance.take();
    if (missed > 0) this.logger.warn({ runs: missed }, 'More runs have failed meanwhile');
    if (!passes) return;
    const { run, reason, attempts } = failure;
    this.logger.warn({ run: run.id, reason, attempts }, 'A run has failed for good');
    this.notices.tell('run.failed', failure);
  }
}

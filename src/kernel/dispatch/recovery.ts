import { Inject, Injectable } from '@nestjs/common';
import type { HoldReason } from '../../domain/records.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import { RUN_QUEUE, type RunQueuePort, type Settlement } from '../ports.ts';
import { Settler } from './settler.ts';

type Interrupted = Awaited<ReturnType<RunQueuePort['interrupted']>>[number];

/** Deals with the runs that a process left running when it died. */
@Injectable()
export class Recovery {
  constructor(
    private readonly registry: PluginRegistry,
    private readonly settler: Settler,
    @Inject(RUN_QUEUE) private readonly queue: RunQueuePort,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  /** Before the dispatcher starts. */
  async recover(): Promise<void> {
    const interrupted = await this.queue.interrupted();
    if (interrupted.length === 0) return;
    const settlements = interrupted.map((run) => this.#settle(run));
    await Promise.all(settlements.map((settlement) => this.settler.settle(settlement)));
    const held = settlements.filter(({ state }) => state === 'held').length;
    this.logger.warn({ resumed: settlements.length - held, held }, 'Runs were interrupted by the last stop');
  }

  #settle({ id, action, attempts }: Interrupted): Settlement {
    const now = Date.now();
    const base = { runId: id, attempts, dueAt: now };
    const known = this.registry.action(action)?.action;
    if (known?.idempotent === true) return { ...base, state: 'pending' };
    const reason: HoldReason = 'outcome_unknown';
    // Its plugin is not there to tell whether it may be repeated, so a person must; nor whether the attempt counts.
    if (!known) return { ...base, state: 'held', reason };
    const error = 'Signalbox died while the action ran';
    const number = attempts + 1;
    const attempt = { runId: id, number, startedAt: now, durationMs: 0, outcome: 'unknown', error } as const;
    return { ...base, attempts: number, state: 'held', reason, attempt };
  }
}

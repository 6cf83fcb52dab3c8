import { Inject, Injectable } from '@nestjs/common';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { RUN_QUEUE, type RunQueuePort } from '../ports.ts';
import { ResourceIndex } from '../resources/resource-index.ts';
import { ResourceService } from '../resources/resource.service.ts';
import { Serial } from '../serial.ts';
import { Settler } from './settler.ts';

/** Removes delete-after-running tasks that have fired and whose runs have all ended. */
@Injectable()
export class SpentTasks {
  readonly #serial = new Serial();
  /** A look that has not begun yet. */
  #next: Promise<void> | undefined;

  constructor(
    private readonly index: ResourceIndex,
    private readonly resources: ResourceService,
    private readonly settler: Settler,
    @Inject(RUN_QUEUE) private readonly queue: RunQueuePort,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  async start(): Promise<void> {
    this.settler.settled.subscribe(() => {
      this.look();
    });
    await this.#removeEnded();
  }

  /** Runs have ended that no attempt tells of. */
  look(): void {
    if (this.index.spentTasks.size > 0) void this.#removeEnded();
  }

  #removeEnded(): Promise<void> {
    // However many outcomes come while one look is being taken, one more sees them all.
    return (this.#next ??= this.#serial.run(async () => {
      this.#next = undefined;
      for (const id of this.index.spentTasks) await this.#removeIfEnded(id);
    }));
  }

  async #removeIfEnded(id: string): Promise<void> {
    try {
      if (await this.queue.hasUnfinished(id)) return;
      await this.resources.removeSpentTask(id);
    } catch (error) {
      this.logger.error({ err: error, task: id }, 'A task that has run could not be removed');
    }
  }
}

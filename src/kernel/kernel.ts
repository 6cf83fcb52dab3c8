import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Backlog } from './dispatch/backlog.ts';
import { Dispatcher } from './dispatch/dispatcher.ts';
import { FailureLog } from './dispatch/failure-log.ts';
import { HeldRuns } from './dispatch/held-runs.ts';
import { Recovery } from './dispatch/recovery.ts';
import { Settler } from './dispatch/settler.ts';
import { SpentTasks } from './dispatch/spent-tasks.ts';
import { TargetHealth } from './dispatch/target-health.ts';
import { KERNEL_LOGGER, type KernelLogger } from './logger.ts';
import { Announcer } from './notices/announcer.ts';
import { Notices } from './notices/notices.ts';
import { Outbox } from './resources/outbox.ts';
import { ResourceService } from './resources/resource.service.ts';
import { EventStream } from './stream/event-stream.ts';

/** Wires the stream to the dispatcher, and starts and stops both in the one right order. */
@Injectable()
export class Kernel implements BeforeApplicationShutdown {
  #started = false;
  #drained: Promise<void> | undefined;

  constructor(
    private readonly resources: ResourceService,
    private readonly stream: EventStream,
    private readonly dispatcher: Dispatcher,
    private readonly backlog: Backlog,
    private readonly settler: Settler,
    private readonly recovery: Recovery,
    private readonly health: TargetHealth,
    private readonly heldRuns: HeldRuns,
    private readonly spentTasks: SpentTasks,
    private readonly notices: Notices,
    private readonly failures: FailureLog,
    private readonly outbox: Outbox,
    private readonly announcer: Announcer,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  /** Reads what is configured; then resources can be changed, but nothing runs yet. */
  async load(): Promise<void> {
    await this.resources.load();
  }

  /** Takes up what the last process left, then lets events flow. */
  async start(): Promise<void> {
    this.#started = true;
    await this.recovery.recover();
    this.stream.committed.subscribe((committed) => {
      this.dispatcher.accept(committed);
      this.notices.tell('events.committed', committed);
      for (const { type, key } of committed.registered) {
        const ref = { kind: 'object', id: `${type}/${key}` } as const;
        this.notices.tell('resource.changed', { ref, change: 'created' });
      }
    });
    this.stream.failed.subscribe(() => {
      this.backlog.sweepSoon();
    });
    this.settler.settled.subscribe((settlements) => {
      this.notices.tell('runs.settled', { settlements });
    });
    this.dispatcher.failed.subscribe((failure) => {
      this.failures.note(failure);
    });
    await this.announcer.start();
    await this.outbox.publishLeft();
    await this.health.start();
    await this.heldRuns.start();
    await this.spentTasks.start();
    await this.dispatcher.start();
  }

  get started(): boolean {
    return this.#started;
  }

  /**
   * First step of a stop: starts no more runs and lets those at work end. Events are still taken in; their runs wait
   * on disk for the next start. Plugins are stopped after it.
   */
  drain(): Promise<void> {
    return (this.#drained ??= this.dispatcher.stop());
  }

  /** Nothing more in, and the last outcomes to the disk. The storage closes after it. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.drain();
    await this.outbox.close();
    await this.stream.close();
    await this.settler.close();
    this.logger.info({}, 'Kernel stopped');
  }
}

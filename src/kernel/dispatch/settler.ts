import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastValueFrom, Subject, type Observable } from 'rxjs';
import { JOURNAL, type JournalPort, type Settlement } from '../ports.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { groupCommit } from '../stream/group-commit.ts';

interface Waiting {
  readonly settlement: Settlement;
  readonly done?: () => void;
}

/** Writes outcomes to the disk, many at a time, in the order they came; again and again while the disk fails. */
@Injectable()
export class Settler {
  readonly #waiting = new Subject<Waiting>();
  readonly #settled = new Subject<readonly Settlement[]>();
  readonly #drained: Promise<unknown>;
  #unsettled = 0;
  #giveUp = false;

  constructor(
    @Inject(JOURNAL) private readonly journal: JournalPort,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {
    const groups = this.#waiting.pipe(groupCommit({ maxSize: 500, work: (group) => this.#write(group) }));
    this.#drained = lastValueFrom(groups, { defaultValue: undefined });
  }

  /** Outcomes that are on disk. */
  get settled(): Observable<readonly Settlement[]> {
    return this.#settled;
  }

  /** How many outcomes wait for the disk. */
  get unsettled(): number {
    return this.#unsettled;
  }

  add(settlement: Settlement): void {
    this.#unsettled++;
    this.#waiting.next({ settlement });
  }

  /** Resolves when the settlement is on disk. */
  settle(settlement: Settlement): Promise<void> {
    this.#unsettled++;
    return new Promise((done) => {
      this.#waiting.next({ settlement, done });
    });
  }

  /** After the last action has ended: what still waits is written; a disk that fails now is given up on. */
  async close(): Promise<void> {
    this.#giveUp = true;
    this.#waiting.complete();
    await this.#drained;
    this.#settled.complete();
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    const settlements = group.map(({ settlement }) => settlement);
    const written = await this.#persist(settlements);
    this.#unsettled -= group.length;
    if (!written) return;
    for (const { done } of group) done?.();
    this.#settled.next(settlements);
  }

  async #persist(settlements: readonly Settlement[]): Promise<boolean> {
    for (let delay = 50; ; delay = Math.min(delay * 2, 5_000)) {
      try {
        await this.journal.settle(settlements);
        return true;
      } catch (error) {
        this.logger.error(
          { err: error, outcomes: settlements.length, retryInMs: delay },
          'Outcomes cannot be stored',
        );
        if (this.#giveUp) return false;
        await sleep(delay);
      }
    }
  }
}

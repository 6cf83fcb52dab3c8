import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastValueFrom, Subject, type Observable } from 'rxjs';
import type { AttemptRecord } from '../../domain/records.ts';
import { SignalboxError } from '../../domain/errors.ts';
import { JOURNAL, type JournalPort, type Settlement } from '../ports.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { groupCommit } from '../stream/group-commit.ts';
import { messageOf } from './verdict.ts';

interface Waiting {
  readonly settlement: Settlement;
  /** Hears whether it is on disk. */
  readonly done?: (stored: boolean) => void;
}

/** After this a run whose outcome cannot be written is read from the disk again, ms. */
const returnsAfter = 60_000;

/**
 * Writes outcomes to the disk, many at a time, in the order they came; again and again while the disk fails. One that
 * cannot be written although the disk is well must not keep the others from it.
 */
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

  /** Resolves to whether the settlement is on disk; false only if it could not be written, or not before the end. */
  settle(settlement: Settlement): Promise<boolean> {
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
    const settled = await this.#persist(group.map(({ settlement }) => settlement));
    this.#unsettled -= group.length;
    for (const [i, { settlement, done }] of group.entries()) done?.(settled[i] === settlement);
    const told = settled.filter((settlement) => settlement !== undefined);
    if (told.length > 0) this.#settled.next(told);
  }

  /** What became of each of them; undefined when the disk was given up on. */
  async #persist(settlements: readonly Settlement[]): Promise<readonly (Settlement | undefined)[]> {
    try {
      const stored = await this.#store(settlements);
      return settlements.map((settlement) => (stored ? settlement : undefined));
    } catch (error) {
      const [first, ...others] = settlements;
      if (first && others.length === 0) return [await this.#persistFailure(first, error)];
      const settled: (Settlement | undefined)[] = [];
      for (const settlement of settlements) settled.push(...(await this.#persist([settlement])));
      return settled;
    }
  }

  /** The run is failed instead, without what its attempt left behind: something in there is to blame. */
  async #persistFailure(settlement: Settlement, error: unknown): Promise<Settlement | undefined> {
    const { runId, state, attempts, attempt } = settlement;
    this.logger.error({ err: error, run: runId, state }, 'An outcome cannot be stored');
    const now = Date.now();
    const reason = `the outcome (${state}) could not be stored: ${messageOf(error)}`;
    const failed: Settlement = {
      ...{ runId, state: 'failed', reason, attempts, dueAt: now, finishedAt: now },
      ...(attempt && { attempt: bare(attempt, reason) }),
    };
    try {
      return (await this.#store([failed])) ? failed : undefined;
    } catch (err) {
      this.logger.error({ err, run: runId }, 'A run stays as it is: no outcome of it can be stored');
      return { runId, state: 'pending', attempts, dueAt: now + returnsAfter };
    }
  }

  /** Again and again while the storage fails; false when it was given up on. Throws what is no fault of the storage. */
  async #store(settlements: readonly Settlement[]): Promise<boolean> {
    for (let delay = 50; ; delay = Math.min(delay * 2, 5_000)) {
      try {
        await this.journal.settle(settlements);
        return true;
      } catch (error) {
        if (!isStorageFault(error)) throw error;
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

function bare({ runId, number, startedAt, durationMs }: AttemptRecord, error: string): AttemptRecord {
  return { runId, number, startedAt, durationMs, outcome: 'failed', error };
}

function isStorageFault(error: unknown): boolean {
  return error instanceof SignalboxError && error.code === 'STORAGE_UNAVAILABLE';
}

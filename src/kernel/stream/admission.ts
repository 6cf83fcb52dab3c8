import { setTimeout as sleep } from 'node:timers/promises';
import { SignalboxError } from '../../domain/errors.ts';

export interface AdmissionLimits {
  /** Events that may wait for the disk before a sender is made to wait. */
  readonly maxWaiting: number;
  /** About how many bytes they may take. */
  readonly maxWaitingBytes: number;
  /** How long a sender waits for room before it is turned away, ms. */
  readonly patienceMs: number;
}

/** What one sender brings. */
export interface Load {
  readonly events: number;
  readonly bytes: number;
}

/** The door of the stream: memory holds a bounded number of events, whatever is sent. */
export class Admission {
  readonly #inside = { events: 0, bytes: 0 };
  readonly #outside = { events: 0, bytes: 0 };

  constructor(private readonly limits: AdmissionLimits) {}

  /** Resolves when there is room; rejects with OVERLOADED when there is none in time. */
  async enter(load: Load): Promise<void> {
    if (!this.#fits(this.#inside, load)) await this.#wait(load);
    add(this.#inside, load);
  }

  /** Without waiting, if there is room. */
  tryEnter(load: Load): boolean {
    if (!this.#fits(this.#inside, load)) return false;
    add(this.#inside, load);
    return true;
  }

  leave({ events, bytes }: Load): void {
    add(this.#inside, { events: -events, bytes: -bytes });
  }

  /** One batch always fits, however large, when there is nothing else. */
  #fits(there: Load, { events, bytes }: Load): boolean {
    const { maxWaiting, maxWaitingBytes } = this.limits;
    return (
      there.events === 0 || (there.events + events <= maxWaiting && there.bytes + bytes <= maxWaitingBytes)
    );
  }

  async #wait(load: Load): Promise<void> {
    if (!this.#fits(this.#outside, load)) throw overloaded();
    add(this.#outside, load);
    try {
      const deadline = performance.now() + this.limits.patienceMs;
      while (!this.#fits(this.#inside, load)) {
        if (performance.now() >= deadline) throw overloaded();
        await sleep(20);
      }
    } finally {
      add(this.#outside, { events: -load.events, bytes: -load.bytes });
    }
  }
}

function add(to: { events: number; bytes: number }, { events, bytes }: Load): void {
  to.events += events;
  to.bytes += bytes;
}

function overloaded(): SignalboxError {
  return new SignalboxError('OVERLOADED', 'more events arrive than can be stored', { retryAfter: 1 });
}

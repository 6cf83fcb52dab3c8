import { setTimeout as sleep } from 'node:timers/promises';
import { SignalboxError } from '../../domain/errors.ts';

export interface AdmissionLimits {
  /** Events that may wait for the disk before a sender is made to wait. */
  readonly maxWaiting: number;
  /** How long a sender waits for room before it is turned away, ms. */
  readonly patienceMs: number;
}

/** The door of the stream: memory holds a bounded number of events, whatever is sent. */
export class Admission {
  #inside = 0;
  #outside = 0;

  constructor(private readonly limits: AdmissionLimits) {}

  /** Resolves when there is room for `count` events; rejects with OVERLOADED when there is none in time. */
  async enter(count: number): Promise<void> {
    if (!this.#hasRoom(count)) await this.#wait(count);
    this.#inside += count;
  }

  /** Without waiting, if there is room. */
  tryEnter(count: number): boolean {
    if (!this.#hasRoom(count)) return false;
    this.#inside += count;
    return true;
  }

  leave(count: number): void {
    this.#inside -= count;
  }

  /** One batch always fits, however large, when nothing else is inside. */
  #hasRoom(count: number): boolean {
    return this.#inside === 0 || this.#inside + count <= this.limits.maxWaiting;
  }

  async #wait(count: number): Promise<void> {
    if (this.#outside >= this.limits.maxWaiting) throw overloaded();
    this.#outside += count;
    try {
      const deadline = performance.now() + this.limits.patienceMs;
      while (!this.#hasRoom(count)) {
        if (performance.now() >= deadline) throw overloaded();
        await sleep(20);
      }
    } finally {
      this.#outside -= count;
    }
  }
}

function overloaded(): SignalboxError {
  return new SignalboxError('OVERLOADED', 'more events arrive than can be stored', { retryAfter: 1 });
}

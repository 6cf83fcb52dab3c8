import { Injectable } from '@nestjs/common';
import { SignalboxError } from '../../domain/errors.ts';

const windowMs = 15 * 60_000;
/** Failures in a quarter of an hour. Several people may share an address. */
const most = { user: 10, address: 50 } as const;
/** Of users and of addresses. */
const remembered = 10_000;

interface Failures {
  readonly since: number;
  count: number;
}

/** Who tries to log in. */
export interface Attempt {
  readonly user: string;
  readonly address: string;
}

/** Counts the log-ins that failed, by user name, whether there is such a user or not, and by address. */
@Injectable()
export class Attempts {
  readonly #failures = new Map<string, Failures>();

  /**
   * Throws RATE_LIMITED when there were too many. An attempt counts as failed from its beginning: many at one time are no
   * way round.
   */
  begin({ user, address }: Attempt, now = Date.now()): void {
    const counted = [
      this.#of(`user ${user}`, most.user, now),
      this.#of(`address ${address}`, most.address, now),
    ];
    const waits = counted.flatMap(({ failures, limit }) =>
      failures.count < limit ? [] : [failures.since + windowMs - now],
    );
    if (waits.length > 0) {
      throw new SignalboxError('RATE_LIMITED', 'too many log-ins have failed', {
        retryAfter: Math.ceil(Math.max(...waits) / 1_000),
      });
    }
    for (const { failures } of counted) failures.count++;
  }

  /** The attempt was none: the user's failures before it are forgotten, too. */
  succeed({ user, address }: Attempt): void {
    this.#failures.delete(`user ${user}`);
    const failures = this.#failures.get(`address ${address}`);
    if (failures) failures.count--;
  }

  #of(key: string, limit: number, now: number): { readonly failures: Failures; readonly limit: number } {
    const known = this.#failures.get(key);
    if (known && now < known.since + windowMs) return { failures: known, limit };
    const failures = { since: now, count: 0 };
    // Put last, so that the first are the oldest.
    this.#failures.delete(key);
    this.#failures.set(key, failures);
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size <= remembered) break;
      this.#failures.delete(oldest);
    }
    return { failures, limit };
  }
}

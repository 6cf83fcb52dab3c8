import type { Cause } from '../object-type.ts';

/** An effect may be seen a little later than the action has ended, ms. */
const fadesWithin = 10_000;
/** Beyond so many objects the oldest are forgotten. */
const remembered = 10_000;

/** Which events led to the actions that what a driver sees comes from: so a chain of them is known as one. */
export class CausesOfEvents {
  readonly #causes = new Map<string, { readonly cause: Cause; readonly until: number }>();

  note(key: string, cause: Cause, forMs: number): void {
    this.#causes.delete(key);
    this.#causes.set(key, { cause, until: Date.now() + forMs });
    const [oldest] = this.#causes.keys();
    if (this.#causes.size > remembered && oldest !== undefined) this.#causes.delete(oldest);
  }

  /** The action has ended. */
  fade(key: string): void {
    const noted = this.#causes.get(key);
    if (noted) this.note(key, noted.cause, fadesWithin);
  }

  of(key: string): Cause | undefined {
    const noted = this.#causes.get(key);
    return noted && Date.now() <= noted.until ? noted.cause : undefined;
  }
}

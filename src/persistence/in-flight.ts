/** The work that has been begun and not ended. */
export class InFlight {
  readonly #work = new Set<Promise<unknown>>();

  add<T>(work: Promise<T>): Promise<T> {
    const done = work.finally(() => this.#work.delete(done));
    this.#work.add(done);
    return done;
  }

  /** Resolves when all of it has ended, well or not. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#work);
  }
}

interface Limits {
  readonly count: number;
  readonly bytes: number;
}

/** Events that wait to be sent, JSON each, the oldest first; so many and no more. */
export class WaitingEvents {
  readonly #limits: Limits;
  readonly #events: string[] = [];
  #bytes = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#events.length;
  }

  /** False: there is no room. */
  add(event: string): boolean {
    const bytes = this.#bytes + event.length;
    if (this.#events.length >= this.#limits.count || bytes > this.#limits.bytes) return false;
    this.#events.push(event);
    this.#bytes = bytes;
    return true;
  }

  /** The first ones, within these limits but one at least; they go on waiting. */
  first({ count, bytes }: Limits): readonly string[] {
    let size = 0;
    const end = this.#events.findIndex((event, i) => {
      size += Buffer.byteLength(event) + 1;
      return i >= count || (i > 0 && size > bytes);
    });
    return this.#events.slice(0, end < 0 ? this.#events.length : end);
  }

  remove(start: number, count: number): void {
    for (const event of this.#events.splice(start, count)) this.#bytes -= event.length;
  }
}

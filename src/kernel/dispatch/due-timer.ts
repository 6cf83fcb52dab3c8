/** The longest delay that a timer of Node.js takes, ms. */
const longest = 2 ** 31 - 1;

/** One timer for the earliest of many times. */
export class DueTimer {
  #timer: NodeJS.Timeout | undefined;
  #at = Infinity;

  constructor(private readonly ring: () => void) {}

  /** Rings at this time (epoch ms), or earlier if asked to. */
  set(at: number): void {
    if (at >= this.#at) return;
    this.clear();
    this.#at = at;
    this.#timer = setTimeout(
      () => {
        this.#at = Infinity;
        this.ring();
      },
      Math.min(Math.max(at - Date.now(), 0), longest),
    );
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#at = Infinity;
  }
}

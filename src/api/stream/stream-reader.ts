import type { ServerResponse } from 'node:http';
import type { Selection } from './selection.ts';

/** One who looks on. What it does not read in time is not kept for it: it is cut off, and may come again. */
export class StreamReader {
  readonly selects: Selection;
  /** Until it is opened. */
  #waiting: string[] | undefined = [];
  #waitingBytes = 0;
  #tooSlow = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly options: { readonly selects: Selection; readonly maxBuffered: number },
  ) {
    this.selects = options.selects;
  }

  get wasTooSlow(): boolean {
    return this.#tooSlow;
  }

  /** Begins the answer with `first`; then comes what has happened meanwhile. */
  open(first: string): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    this.#waitingBytes = 0;
    this.write(first);
    for (const text of waiting) this.write(text);
  }

  write(text: string): void {
    if (this.response.destroyed || this.response.writableEnded) return;
    if (this.#waiting) {
      this.#waiting.push(text);
      this.#waitingBytes += text.length;
    } else this.response.write(text);
    if (this.#waitingBytes + this.response.writableLength > this.options.maxBuffered) this.#cutOff();
  }

  end(): void {
    this.response.end();
  }

  #cutOff(): void {
    this.#tooSlow = true;
    this.response.destroy();
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import type { z } from '../sdk/schema.ts';
import type { ApiClient, StreamRequest } from './api-client.ts';
import type { CliContext } from './cli-context.ts';
import { printError, UnreachableError } from './cli-error.ts';
import { interruption } from './interruption.ts';

const reconnectMs = 2_000;
const remembered = 10_000;

export interface Following<Item> {
  readonly api: ApiClient;
  /** Of the stream: which of it is wanted. */
  readonly query: NonNullable<StreamRequest['query']>;
  /** Name of the messages, `event` or `run`. */
  readonly kind: string;
  readonly item: z.ZodType<Item>;
  /** What is shown before the first message, oldest first. */
  readonly latest: (signal: AbortSignal) => Promise<readonly Item[]>;
  /** What the stream cannot be asked for. */
  readonly isWanted: (item: Item) => boolean;
  /** The same again is not printed twice. */
  readonly stampOf: (item: Item) => string;
  readonly print: (item: Item) => void;
  readonly context: CliContext;
}

/** Prints the latest ones, then each one as it comes, until Ctrl-C. */
export async function follow<Item>(following: Following<Item>): Promise<void> {
  const signal = following.context.signal ?? interruption();
  try {
    await new Follower(following, signal).run();
  } catch (error) {
    // Ctrl-C is how it ends.
    if (!signal.aborted) throw error;
  }
}

class Follower<Item> {
  readonly #following: Following<Item>;
  readonly #signal: AbortSignal;
  readonly #seen = new Set<string>();
  #lastEventId: string | undefined;
  #lost = false;

  constructor(following: Following<Item>, signal: AbortSignal) {
    this.#following = following;
    this.#signal = signal;
  }

  /** A server that restarts is waited for, and goes on where it was. */
  async run(): Promise<never> {
    for (;;) {
      try {
        await this.#read();
      } catch (error) {
        if (!(error instanceof UnreachableError) || this.#signal.aborted) throw error;
        // One that was never reached is none to wait for.
        if (this.#lastEventId === undefined) throw error;
        this.#tellLost(error);
        await delay(reconnectMs, undefined, { signal: this.#signal });
      }
    }
  }

  async #read(): Promise<void> {
    const { api, query, kind, item, isWanted } = this.#following;
    const lastEventId = this.#lastEventId;
    const stream = api.stream({ path: '/api/stream', query, lastEventId, signal: this.#signal });
    for await (const { event, data, id } of stream) {
      if (event === 'open') await this.#opened(lastEventId === undefined);
      if (event === 'reset') this.#tell('yellow', 'Something may be missing here: look at the list.');
      if (event === kind) {
        const told = item.parse(JSON.parse(data));
        if (isWanted(told)) this.#printOnce(told);
      }
      this.#lastEventId = id ?? this.#lastEventId;
    }
  }

  async #opened(isFirst: boolean): Promise<void> {
    if (this.#lost) this.#tell('dim', 'Connected again.');
    this.#lost = false;
    // Only now, so that none comes in between.
    if (isFirst) for (const item of await this.#following.latest(this.#signal)) this.#printOnce(item);
  }

  #tellLost(error: UnreachableError): void {
    if (this.#lost) return;
    this.#lost = true;
    printError(this.#following.context.terminal.err, error);
    this.#tell('dim', 'Trying again until it answers …');
  }

  #tell(style: 'dim' | 'yellow', text: string): void {
    const { err } = this.#following.context.terminal;
    err.line(err.paint(style, text));
  }

  /** After a connection was lost, the last ones come once more. */
  #printOnce(item: Item): void {
    const { stampOf, print } = this.#following;
    const stamp = stampOf(item);
    if (this.#seen.has(stamp)) return;
    this.#seen.add(stamp);
    for (const oldest of this.#seen) {
      if (this.#seen.size <= remembered) break;
      this.#seen.delete(oldest);
    }
    print(item);
  }
}

import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import type { Subscription } from 'rxjs';
import { SignalboxError } from '../../domain/errors.ts';
import { KERNEL_LIMITS, type KernelLimits } from '../../kernel/limits.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../../kernel/logger.ts';
import { LiveFeed, type LiveChange } from '../../kernel/live/live-feed.ts';
import type { Selection } from './selection.ts';
import { STREAM_LIMITS, type StreamLimits } from './stream-limits.ts';
import { changeMessage, heartbeat } from './stream-message.ts';
import { StreamReader } from './stream-reader.ts';

interface Newcomer {
  readonly selects: Selection;
  readonly requestId: string;
  /** Asked before anything is told. */
  readonly stillMay: () => boolean;
}

/** All who look on: one listener and one heartbeat for them together, none while there are none. */
@Injectable()
export class StreamReaders implements OnModuleDestroy {
  readonly #readers = new Map<StreamReader, () => boolean>();
  #listening: Subscription | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    private readonly feed: LiveFeed,
    @Inject(STREAM_LIMITS) private readonly limits: StreamLimits,
    @Inject(KERNEL_LIMITS) private readonly kernelLimits: KernelLimits,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  /** The first step of a shutdown: a server with open streams would never have closed. */
  onModuleDestroy(): void {
    this.#closed = true;
    for (const reader of this.#readers.keys()) reader.end();
  }

  /** Throws OVERLOADED, SHUTTING_DOWN. To be called before anything is answered. */
  checkRoom(): void {
    if (this.#closed) throw new SignalboxError('SHUTTING_DOWN', 'Signalbox is shutting down');
    const { maxStreams } = this.limits;
    if (this.#readers.size >= maxStreams)
      throw new SignalboxError(
        'OVERLOADED',
        `${String(maxStreams)} streams are open, as many as there may be`,
      );
  }

  /** From now on the reader is told of what happens; until it is opened that waits. */
  add(response: ServerResponse, { selects, requestId, stillMay }: Newcomer): StreamReader {
    const reader = new StreamReader(response, { selects, maxBuffered: this.limits.maxBuffered });
    this.#readers.set(reader, stillMay);
    this.#listen();
    response.once('close', () => {
      this.#remove(reader);
      if (reader.wasTooSlow)
        this.logger.warn({ requestId }, 'A reader of the stream was cut off: it reads too slowly');
    });
    return reader;
  }

  #listen(): void {
    if (this.#listening) return;
    this.#listening = this.feed.changes.subscribe((changes) => {
      this.#tell(changes);
    });
    this.#heartbeat = setInterval(() => {
      const text = heartbeat(Date.now());
      for (const reader of this.#admitted()) reader.write(text);
    }, this.limits.heartbeatMs);
  }

  /** Sends away whose token was revoked or whose session has ended meanwhile. */
  #admitted(): readonly StreamReader[] {
    return [...this.#readers].flatMap(([reader, stillMay]) => {
      if (stillMay()) return [reader];
      reader.end();
      return [];
    });
  }

  #remove(reader: StreamReader): void {
    this.#readers.delete(reader);
    if (this.#readers.size > 0) return;
    this.#listening?.unsubscribe();
    this.#listening = undefined;
    clearInterval(this.#heartbeat);
  }

  #tell(changes: readonly LiveChange[]): void {
    const now = Date.now();
    const { maxDepth } = this.kernelLimits.routing;
    const texts = new Map<LiveChange, string>();
    // Written out once, however many want it, and only if somebody does.
    const textOf = (change: LiveChange): string => {
      let text = texts.get(change);
      if (text === undefined) texts.set(change, (text = changeMessage(change, now, maxDepth)));
      return text;
    };
    for (const reader of this.#admitted()) {
      const text = changes.filter(reader.selects).map(textOf).join('');
      if (text !== '') reader.write(text);
    }
  }
}

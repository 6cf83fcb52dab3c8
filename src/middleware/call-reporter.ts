import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { causeHeader, parseCause } from '../sdk/cause-header.ts';
import type { CallData } from './call-data.ts';
import { postEvents } from './event-post.ts';
import type { ReporterOptions } from './options.ts';
import { WaitingEvents } from './waiting-events.ts';

// Signalbox takes 1,000 events or 256 KiB at once.
const batch = { count: 500, bytes: 250 * 1024 };
const firstWaitMs = 1_000;
const longestWaitMs = 60_000;

/**
 * Reports calls to Signalbox, at its own leisure: what waits is sent together, what fails is sent again, and what finds
 * no room is counted and left out. Nothing here throws or rejects; the application goes first.
 */
export class CallReporter {
  readonly #options: ReporterOptions;
  readonly #source: string;
  readonly #waiting: WaitingEvents;
  readonly #warned = new Set<string>();
  /** Cuts the pause before the next attempt short. */
  #hurry = new AbortController();
  /** Resolves when the next attempt fails. */
  #failure = Promise.withResolvers<void>();
  #sending: Promise<void> | undefined;
  /** Events that are sent at once. */
  #most = batch.count;
  /** Events that have still to go before as many are sent at once as usual: one of them may be refused. */
  #suspects = 0;
  #closed = false;
  #dropped = 0;

  constructor(options: ReporterOptions) {
    const { maxWaiting = 10_000, maxWaitingBytes = 16 * 1024 * 1024, source } = options;
    // A URL that cannot be one is told where the application is written, not when its first call has ended.
    if (!/^https?:$/.test(URL.parse(options.url)?.protocol ?? '')) {
      throw new TypeError(`signalbox/middleware: "${options.url}" is no http:// or https:// URL`);
    }
    this.#options = options;
    this.#source = source ?? `urn:calls:${hostname()}:${String(process.pid)}`;
    this.#waiting = new WaitingEvents({ count: maxWaiting, bytes: maxWaitingBytes });
  }

  /** Calls that were not reported: there was no room, or Signalbox refused them. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Reports a call that has just ended. */
  report(call: CallData): void {
    const time = new Date().toISOString();
    // After everything that waits for its answer.
    setImmediate(() => {
      try {
        if (this.#options.filter?.(call) ?? true) this.#add(this.#eventOf(call, time));
      } catch (error) {
        this.failed(error);
      }
    });
  }

  /** A call cannot be reported, or not all of it. */
  failed(error: unknown): void {
    this.#warnOnce('calls', `a call cannot be reported: ${messageOf(error)}`);
  }

  /** Sends what waits, now. Resolves when nothing waits any more, or when Signalbox does not take it. */
  async flush(): Promise<void> {
    await turn();
    this.#hurry.abort();
    await Promise.race([this.#sending, this.#sending && this.#failure.promise]);
  }

  /** Sends what waits, and reports nothing more. What Signalbox does not take now is lost, and counted. */
  async close(): Promise<void> {
    await turn();
    this.#closed = true;
    await this.flush();
    this.#drop(this.#waiting.size);
    this.#waiting.remove(0, this.#waiting.size);
    this.#hurry.abort();
  }

  #eventOf(call: CallData, time: string): string {
    const { status } = call.response;
    const success = call.error === undefined && status >= 200 && status < 400;
    const cause = this.#options.trustCause ? parseCause(call.request.headers[causeHeader]) : undefined;
    const event = {
      type: success ? 'route.completed' : 'route.failed',
      // The same however often it is sent: a repetition is not stored twice.
      id: randomUUID(),
      source: this.#source,
      time,
      ...(cause && { causedBy: cause }),
    };
    const json = JSON.stringify({ ...event, data: call });
    return Buffer.byteLength(json) <= batch.bytes
      ? json
      : JSON.stringify({ ...event, data: withoutBodies(call) });
  }

  #add(event: string): void {
    if (this.#closed || !this.#waiting.add(event)) {
      this.#drop(1);
      if (!this.#closed) this.#warnOnce('full', 'calls are not reported: too many wait for Signalbox');
      return;
    }
    this.#sending ??= this.#send().finally(() => (this.#sending = undefined));
  }

  async #send(): Promise<void> {
    let failures = 0;
    while (this.#waiting.size > 0) {
      const waitMs = await this.#sendBatch(failures);
      failures = waitMs === undefined ? 0 : failures + 1;
      if (waitMs !== undefined) await this.#pause(waitMs);
    }
    this.#settled(this.#suspects);
    this.#warned.clear();
  }

  /** Milliseconds to wait for the next attempt, when this one has failed. */
  async #sendBatch(failures: number): Promise<number | undefined> {
    const events = this.#waiting.first({ ...batch, count: this.#most });
    const result = await postEvents(this.#options, events);
    if (result.kind === 'stored') {
      this.#waiting.remove(0, events.length);
      this.#settled(events.length);
      return undefined;
    }
    if (result.kind === 'refused') {
      this.#refused(result, events.length);
      return undefined;
    }
    this.#warnOnce('later', `calls wait, since Signalbox does not take them now: ${result.reason}`);
    this.#failure.resolve();
    this.#failure = Promise.withResolvers();
    return result.waitMs ?? Math.random() * Math.min(longestWaitMs, firstWaitMs * 2 ** failures);
  }

  /** One event must not keep the others from being stored. */
  #refused(
    { reason, culprit }: { readonly reason: string; readonly culprit: number | undefined },
    count: number,
  ): void {
    const at = culprit ?? (count === 1 ? 0 : undefined);
    if (at === undefined) {
      // Nobody knows which it was, or whether they were just too many: half of them, until all of these have gone.
      this.#most = Math.floor(count / 2);
      this.#suspects = count;
      return;
    }
    this.#waiting.remove(at, 1);
    this.#settled(1);
    this.#drop(1);
    this.#warnOnce(reason, `Signalbox has refused a call: ${reason}`);
  }

  #settled(count: number): void {
    this.#suspects -= count;
    if (this.#suspects > 0) return;
    this.#suspects = 0;
    this.#most = batch.count;
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#hurry;
    // Rejects only when it is cut short.
    await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) this.#hurry = new AbortController();
  }

  #drop(count: number): void {
    this.#dropped += count;
  }

  #warnOnce(subject: string, message: string): void {
    if (this.#warned.has(subject) || this.#warned.size > 10) return;
    this.#warned.add(subject);
    const { warn = emitWarning } = this.#options;
    try {
      warn(`signalbox/middleware: ${message}`);
    } catch {
      // Whoever wants to be told must not stop it.
    }
  }
}

/** Of whatever was thrown. */
function messageOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'an error that has no text';
  }
}

function emitWarning(message: string): void {
  process.emitWarning(message);
}

function withoutBodies({ request, response, ...call }: CallData): object {
  const { body: _, ...ofRequest } = request;
  const { body: __, ...ofResponse } = response;
  return {
    ...call,
    request: { ...ofRequest, truncated: true },
    response: { ...ofResponse, truncated: true },
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import { errors, Pool } from 'undici';
import { source } from './api.ts';
import type { Findings } from './findings.ts';
import { clientId, type Answer, type Ledger, type SentEvent } from './ledger.ts';
import type { Random } from './random.ts';
import { adminToken } from './server.ts';

/** Whatever is wrong, an answer has to come within this time. */
const patienceMs = 30_000;

export interface LoadOptions {
  readonly url: string;
  readonly ledger: Ledger;
  readonly findings: Findings;
  readonly random: Random;
  readonly connections?: number;
  /** The longest pause of a connection between two requests. */
  readonly pauseMs?: number;
  /** Characters that make each event larger. */
  readonly padding?: number;
}

/** What came for one request. */
export interface Exchange {
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly status: number;
  /** It has put something new into the store. */
  readonly stored: boolean;
}

/** Senders that behave as they should: what was not accepted is sent again, under the same id. */
export class Load {
  readonly #batches: (readonly SentEvent[])[] = [];
  readonly #sentAlone = new Set<SentEvent>();
  readonly exchanges: Exchange[] = [];
  /** The number of the first event that was new here. */
  readonly firstNew: number;
  /** Objects that events are about, one chosen for each. */
  objects: [string, ...string[]] = [...many('plain', 20), ...many('slow', 3), 'careful', 'plain'];
  readonly #options: Required<LoadOptions>;
  readonly #pool: Pool;
  readonly #senders: Promise<void>[];
  #stopped = false;
  /** Only what is open; nothing new. */
  #resendOnly = false;

  constructor(options: LoadOptions) {
    this.#options = { connections: 20, pauseMs: 60, padding: 0, ...options };
    const { connections, url, ledger } = this.#options;
    this.firstNew = ledger.events.length;
    this.#pool = new Pool(url, { connections: connections + 4, pipelining: 1, headersTimeout: patienceMs });
    this.#senders = Array.from({ length: connections }, () => this.#send());
  }

  /** Answers with this status so far. */
  count(status: number): number {
    return this.exchanges.filter((exchange) => exchange.status === status).length;
  }

  /** New events that have gone out only together, and are stored together or not at all. */
  get batches(): readonly (readonly SentEvent[])[] {
    return this.#batches.filter((batch) => !batch.some((event) => this.#sentAlone.has(event)));
  }

  /** Resolves to whether something new has been stored in time. */
  async stores(withinMs: number): Promise<boolean> {
    const [from, deadline] = [performance.now(), performance.now() + withinMs];
    while (performance.now() < deadline) {
      if (this.exchanges.some(({ sentAt, stored }) => stored && sentAt > from)) return true;
      await sleep(20);
    }
    return false;
  }

  /** Sends nothing new; resolves when all that is open has been accepted, or to false when it has not in time. */
  async finish(withinMs: number): Promise<boolean> {
    this.#resendOnly = true;
    await Promise.race([Promise.all(this.#senders), sleep(withinMs, undefined, { ref: false })]);
    await this.stop();
    return this.#options.ledger.open === 0;
  }

  /** Resolves when no request is under way any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#senders);
    if (!this.#pool.destroyed) await this.#pool.destroy();
  }

  async #send(): Promise<void> {
    const { random, pauseMs, ledger } = this.#options;
    while (!this.#stopped && !(this.#resendOnly && ledger.open === 0)) {
      await this.#sendSomething();
      await sleep(random.between(0, pauseMs));
    }
  }

  async #sendSomething(): Promise<void> {
    const { random, ledger } = this.#options;
    const open = ledger.takeOpen();
    if (open) {
      this.#sentAlone.add(open);
      return this.#post([open]);
    }
    if (this.#resendOnly) return;
    if (random.chance(0.05)) {
      const again = ledger.anyAccepted(random);
      if (again) return this.#post([again]);
    }
    if (random.chance(0.1)) return this.#postBatch();
    const event = this.#create();
    // Two at once, as a sender does that is too quick to give up.
    await Promise.all(
      random.chance(0.03) ? [this.#post([event]), this.#post([event])] : [this.#post([event])],
    );
  }

  #create(): SentEvent {
    const { random, ledger } = this.#options;
    return ledger.create(random.pick(this.objects));
  }

  async #postBatch(): Promise<void> {
    const events = Array.from({ length: this.#options.random.integer(2, 12) }, () => this.#create());
    this.#batches.push(events);
    await this.#post(events, { batch: true });
  }

  async #post(events: readonly SentEvent[], { batch = false } = {}): Promise<void> {
    const { ledger } = this.#options;
    const again = events.some(({ accepted }) => accepted);
    const sentAt = performance.now();
    let isDone = false;
    try {
      const body = events.map((event) => this.#bodyOf(event));
      const response = await this.#pool.request({
        method: 'POST',
        path: '/api/events',
        headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
        body: JSON.stringify(batch ? body : body[0]),
      });
      const status = response.statusCode;
      const answeredAt = performance.now();
      if (status === 202) for (const event of events) ledger.accept(event);
      const answer: unknown = await response.body.json();
      this.exchanges.push({ sentAt, answeredAt, status, stored: status === 202 && isNew(answer) });
      const retryAfter = response.headers['retry-after'];
      isDone = this.#note(events, { status, answer, again, retryAfter });
    } catch (error) {
      if (error instanceof errors.HeadersTimeoutError)
        this.#options.findings.add(`an event was not answered within ${patienceMs} ms`);
      // Otherwise nobody is there, or was there for long enough.
      await sleep(20);
    }
    if (!isDone) for (const event of events) if (event.storedId === undefined) ledger.sendAgain(event);
  }

  /** Whether the events are done with. */
  #note(
    events: readonly SentEvent[],
    {
      status,
      answer,
      again,
      retryAfter,
    }: {
      readonly status: number;
      readonly answer: unknown;
      readonly again: boolean;
      readonly retryAfter: unknown;
    },
  ): boolean {
    const { ledger, findings } = this.#options;
    if (status === 202) {
      const answers = answersOf(answer);
      events.forEach((event, i) => {
        const answered = answers[i];
        if (answered) ledger.answered(event, answered, { again });
      });
      return true;
    }
    if (status !== 503) findings.add(`an event was answered with ${status}: ${JSON.stringify(answer)}`);
    else if (retryAfter === undefined) findings.add('a 503 came without Retry-After');
    return false;
  }

  #bodyOf(event: SentEvent): object {
    const pad = 'x'.repeat(this.#options.padding);
    return {
      type: 'vm.power_on',
      object: event.object,
      source,
      id: clientId(event),
      data: { n: event.n, pad },
    };
  }
}

function answersOf(answer: unknown): readonly Answer[] {
  const isBatch = typeof answer === 'object' && answer !== null && 'events' in answer;
  return isBatch ? (answer.events as readonly Answer[]) : [answer as Answer];
}

function isNew(answer: unknown): boolean {
  return answersOf(answer).some(({ duplicate }) => !duplicate);
}

function many<T>(item: T, count: number): [T, ...T[]] {
  return [item, ...Array.from({ length: count - 1 }, () => item)];
}

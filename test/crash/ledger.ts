import type { Findings } from './findings.ts';
import type { Random } from './random.ts';

/** An event as its sender knows it. */
export interface SentEvent {
  /** Its number, and what its client id is made of. */
  readonly n: number;
  /** Key of the VM that it is about. */
  readonly object: string;
  /** A 2xx has come for it. */
  accepted: boolean;
  /** The id that the answer named. */
  storedId?: string;
  /** Answers that called it new. */
  timesNew: number;
}

export interface Answer {
  readonly id: string;
  readonly duplicate: boolean;
}

/** What was sent and what was answered, kept outside of Signalbox. */
export class Ledger {
  readonly #events: SentEvent[] = [];
  /** Not accepted yet, or accepted with an answer that was cut off: a sender that means it sends them again. */
  #open: SentEvent[] = [];
  #accepted = 0;

  constructor(private readonly findings: Findings) {}

  get events(): readonly SentEvent[] {
    return this.#events;
  }

  get accepted(): number {
    return this.#accepted;
  }

  /** Events that had been stored although no answer, or a 503, had come for them. */
  get foundStored(): number {
    return this.#events.filter(({ storedId, timesNew }) => storedId !== undefined && timesNew === 0).length;
  }

  get open(): number {
    return this.#open.length;
  }

  create(object: string): SentEvent {
    const event: SentEvent = { n: this.#events.length, object, accepted: false, timesNew: 0 };
    this.#events.push(event);
    return event;
  }

  takeOpen(): SentEvent | undefined {
    return this.#open.shift();
  }

  anyAccepted(random: Random): SentEvent | undefined {
    const event = this.#events[random.integer(0, this.#events.length - 1)];
    return event?.storedId === undefined ? undefined : event;
  }

  /** A 2xx has come; nobody who sends looks further than that. */
  accept(event: SentEvent): void {
    if (!event.accepted) this.#accepted++;
    event.accepted = true;
  }

  /** The answer to it has come whole; `again`: it had been accepted before it was sent this time. */
  answered(event: SentEvent, { id, duplicate }: Answer, { again }: { readonly again: boolean }): void {
    const known = event.storedId;
    event.storedId = id;
    if (known !== undefined && known !== id)
      this.findings.add(`event ${event.n} was stored as ${known} and is said to be ${id}`);
    if (duplicate) return;
    event.timesNew++;
    if (again || event.timesNew > 1)
      this.findings.add(`event ${event.n} was sent again and is not called a duplicate`);
  }

  /** It was refused, or nobody answered: it is to be sent again. */
  sendAgain(event: SentEvent): void {
    this.#open.push(event);
  }
}

export function clientId({ n }: SentEvent): string {
  return `client-${n}`;
}

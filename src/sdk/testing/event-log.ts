import type { Cause } from '../object-type.ts';
import { withTimeLimit } from '../time-limit.ts';

/** An event that the plugin under test has emitted, its data parsed by the event's schema. */
export interface TestEvent<Name extends string = string, Data = unknown> {
  /** `<object type>.<event>`. */
  readonly name: Name;
  /** Key of the object that it is about. */
  readonly object?: string;
  readonly data: Data;
  readonly time: Date;
  /** The id that the plugin gave it. */
  readonly id?: string;
  /** The event that led to it, if the plugin named one. */
  readonly causedBy?: Cause;
}

interface Waiter {
  readonly name: string;
  readonly resolve: (event: TestEvent) => void;
}

/** The events of a plugin under test, in order; each can be waited for once. */
export class EventLog {
  readonly events: TestEvent[] = [];
  readonly #unread: TestEvent[] = [];
  readonly #waiters: Waiter[] = [];

  add(event: TestEvent): void {
    this.events.push(event);
    const i = this.#waiters.findIndex(({ name }) => name === event.name);
    const [waiter] = i < 0 ? [] : this.#waiters.splice(i, 1);
    if (waiter) waiter.resolve(event);
    else this.#unread.push(event);
  }

  /** The first event of this name that nobody has asked for, now or when it comes, but not after `ended`. */
  async next(name: string, timeoutMs: number, ended: Promise<void>): Promise<TestEvent> {
    const i = this.#unread.findIndex((event) => event.name === name);
    const [unread] = i < 0 ? [] : this.#unread.splice(i, 1);
    if (unread) return unread;
    const { promise, resolve } = Promise.withResolvers<TestEvent>();
    const over = ended.then(() => {
      throw new Error(`no ${name}: the plugin has ended`);
    });
    const waiter = { name, resolve };
    this.#waiters.push(waiter);
    try {
      return await withTimeLimit(Promise.race([promise, over]), {
        ms: timeoutMs,
        message: `no ${name} within ${String(timeoutMs)} ms; events so far: ${this.#names()}`,
      });
    } finally {
      const left = this.#waiters.indexOf(waiter);
      if (left >= 0) this.#waiters.splice(left, 1);
    }
  }

  #names(): string {
    return this.events.map(({ name }) => name).join(', ') || 'none';
  }
}

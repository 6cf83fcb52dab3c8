import { setImmediate as turn } from 'node:timers/promises';
import { mergeMap, Subject } from 'rxjs';
import type { Clock, Logger, ObjectView } from 'signalbox/sdk';
import { DueIndex } from './due-index.ts';
import { dueTimes, lateMs, type DueTime } from './misfires.ts';
import { recurrenceOf } from './recurrence.ts';
import type { ScheduleSettings } from './settings.ts';

export type Schedule = ObjectView<ScheduleSettings>;

export interface SchedulerContext {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Those that are enabled. */
  readonly schedules: () => readonly Schedule[];
  readonly schedule: (key: string) => Schedule | undefined;
  /** Resolves once it is stored; harmless when it was before. */
  readonly comesDue: (schedule: Schedule, due: DueTime) => Promise<unknown>;
}

/** A schedule that will come due. */
interface Entry {
  readonly schedule: Schedule;
  /** Up to here all times are dealt with. */
  handled: number;
  /** When to look at it next. */
  at: number;
  /** It has been changed, switched off or removed: only times up to then still come due. */
  until: number;
  /** A time of it could not be stored. */
  retries: boolean;
}

/** Schedules that come due at one time. */
const together = 100;
/** Schedules that are read between two turns of the event loop. */
const atOnce = 200;
const retryMs = 5_000;

/** Waits for all schedules with one timer, for the earliest. */
export class Scheduler {
  readonly #context: SchedulerContext;
  readonly #entries = new Map<string, Entry>();
  readonly #index = new DueIndex<Entry>();
  readonly #due = new Subject<Entry>();
  #lastSeen: number;
  #stopped = false;
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;

  constructor(context: SchedulerContext) {
    this.#context = context;
    this.#lastSeen = context.clock.now();
    this.#due.pipe(mergeMap((entry) => this.#work(entry), together)).subscribe();
  }

  /** Reads all schedules, with pauses in which other work is done. */
  async load(): Promise<void> {
    const schedules = this.#context.schedules();
    for (let i = 0; i < schedules.length && !this.#stopped; i++) {
      const schedule = schedules[i];
      // One that was changed meanwhile is there already, or gone.
      if (schedule && !this.#entries.has(schedule.key) && this.#context.schedule(schedule.key) === schedule) {
        this.#put(schedule);
      }
      if (i % atOnce === atOnce - 1) {
        this.#arm();
        await turn();
      }
    }
    this.#arm();
  }

  /** A schedule was put, switched on or off, or removed. */
  changed(key: string): void {
    if (this.#stopped) return;
    // What is due by now is due by the rule that was in force.
    this.#tick();
    this.#retire(key);
    const schedule = this.#context.schedule(key);
    if (schedule) this.#put(schedule);
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#due.complete();
  }

  #put(schedule: Schedule): void {
    const entry: Entry = {
      schedule,
      handled: handledBy(schedule, this.#context.clock.now()),
      at: 0,
      until: Infinity,
      retries: false,
    };
    this.#entries.set(schedule.key, entry);
    this.#wait(entry);
  }

  /** What could not be stored yet stays until it is. */
  #retire(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    entry.until = this.#context.clock.now();
    if (!entry.retries) this.#index.remove(entry);
  }

  /** Puts it where its next time is. */
  #wait(entry: Entry): void {
    const { schedule, handled } = entry;
    try {
      const next = recurrenceOf(schedule.settings).times.next(handled);
      if (next === undefined || next > entry.until) return;
      entry.at = next;
      this.#index.put(entry);
    } catch (error) {
      this.#context.logger.error({ err: error, schedule: schedule.key }, 'a schedule cannot be used');
    }
  }

  #arm(): void {
    const at = this.#index.first?.at;
    if (this.#stopped || at === undefined || (this.#timer && this.#timer.at <= at)) return;
    this.#timer?.cancel();
    const cancel = this.#context.clock.wake(at, () => {
      this.#timer = undefined;
      this.#tick();
      this.#arm();
    });
    this.#timer = { at, cancel };
  }

  #tick(): void {
    const now = this.#context.clock.now();
    if (now < this.#lastSeen - lateMs) this.#begunAnew(now);
    this.#lastSeen = now;
    for (let entry = this.#index.first; entry && entry.at <= now; entry = this.#index.first) {
      this.#index.remove(entry);
      this.#due.next(entry);
    }
  }

  /** The clock was put back: what was handled in a future that has not been is still to come. */
  #begunAnew(now: number): void {
    for (const entry of this.#entries.values()) {
      if (entry.handled <= now && entry.at <= now) continue;
      const waits = entry.at > now;
      entry.handled = Math.min(entry.handled, now);
      if (!waits) continue;
      this.#index.remove(entry);
      this.#wait(entry);
    }
  }

  async #work(entry: Entry): Promise<void> {
    const { clock } = this.#context;
    const now = Math.min(clock.now(), entry.until);
    try {
      await this.#comeDue(entry, now);
      entry.retries = false;
      entry.handled = now;
      this.#wait(entry);
    } catch (error) {
      if (this.#stopped) return;
      this.#context.logger.warn(
        { err: error, schedule: entry.schedule.key },
        'a schedule that is due has to wait',
      );
      entry.retries = true;
      entry.at = clock.now() + retryMs;
      this.#index.put(entry);
    }
    this.#arm();
  }

  async #comeDue(entry: Entry, now: number): Promise<void> {
    const { schedule, handled: after } = entry;
    const { times } = recurrenceOf(schedule.settings);
    for (const due of dueTimes(times, schedule.settings, { after, now })) {
      // Whoever switches a schedule off wants no more of what it has missed.
      if (this.#stopped || (due.misfire && entry.until < Infinity)) return;
      await this.#context.comesDue(schedule, due);
      entry.handled = due.at;
    }
  }
}

/**
 * Up to when a schedule is dealt with, by what is on disk: its last time, which is stored together with its event, or
 * the change since which its rule is in force. No time later than now: the clock may have been wrong.
 */
function handledBy({ state, changedAt }: Schedule, now: number): number {
  const last = typeof state?.['last'] === 'string' ? Date.parse(state['last']) : -Infinity;
  return Math.min(Math.max(last, changedAt), now);
}

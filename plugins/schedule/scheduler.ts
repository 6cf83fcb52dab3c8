import { setImmediate as turn } from 'node:timers/promises';
import { mergeMap, Subject } from 'rxjs';
import type { Clock, Logger, ObjectView } from 'signalbox/sdk';
import { RuleTooSparseError } from './calendar-rule.ts';
import { DueIndex } from './due-index.ts';
import { dayMs } from './local-time.ts';
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
  /** It was taken out of the index, and is not back yet. */
  isInWork: boolean;
  /** A time of it could not be stored. */
  retries: boolean;
  /**
   * Signalbox was there for its times from `onTime` to `dueBy`, however long it takes to store them: behind many others,
   * or because the store is at fault.
   */
  onTime: number;
  dueBy: number;
}

/** Schedules that come due at one time. */
const together = 100;
/** Schedules that are read between two turns of the event loop. */
const atOnce = 200;
const retryMs = 5_000;
/** How far back to look when what was last is not known: events are known by their ids as long as they are kept. */
const lookBackMs = 7 * dayMs;

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
      isInWork: false,
      retries: false,
      onTime: 0,
      dueBy: 0,
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
    this.#index.remove(entry);
    try {
      const next = recurrenceOf(schedule.settings).times.next(handled);
      if (next === undefined || next > entry.until) return;
      entry.at = next;
      this.#index.put(entry);
    } catch (error) {
      this.#cannotUse(entry, error);
    }
  }

  #cannotUse({ schedule }: Entry, error: unknown): void {
    this.#context.logger.error({ err: error, schedule: schedule.key }, 'a schedule cannot be used');
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
      seen(entry, now);
      entry.isInWork = true;
      this.#due.next(entry);
    }
  }

  /** The clock was put back: what was handled in a future that has not been is still to come. */
  #begunAnew(now: number): void {
    for (const entry of this.#entries.values()) {
      // One that is in work finds out when it is done.
      if (entry.isInWork || (entry.handled <= now && entry.at <= now)) continue;
      const waits = entry.at > now;
      entry.handled = Math.min(entry.handled, now);
      if (waits) this.#wait(entry);
    }
  }

  async #work(entry: Entry): Promise<void> {
    const dueBy = Math.min(entry.dueBy, entry.until);
    try {
      await this.#comeDue(entry, dueBy);
      entry.retries = false;
      entry.handled = this.#notAhead(dueBy);
      this.#wait(entry);
    } catch (error) {
      if (this.#stopped) return;
      if (error instanceof RuleTooSparseError) this.#cannotUse(entry, error);
      else this.#retry(entry, error);
    } finally {
      entry.isInWork = false;
    }
    this.#arm();
  }

  #retry(entry: Entry, error: unknown): void {
    const { clock, logger } = this.#context;
    logger.warn({ err: error, schedule: entry.schedule.key }, 'a schedule that is due has to wait');
    entry.retries = true;
    entry.handled = this.#notAhead(entry.handled);
    entry.at = clock.now() + retryMs;
    this.#index.put(entry);
  }

  async #comeDue(entry: Entry, now: number): Promise<void> {
    const { schedule, handled: after, onTime } = entry;
    const { times } = recurrenceOf(schedule.settings);
    for (const due of dueTimes(times, schedule.settings, { after, now, onTime })) {
      // Whoever switches a schedule off wants no more of what it has missed.
      if (this.#stopped || (due.misfire && entry.until < Infinity)) return;
      // The clock was put back meanwhile.
      if (this.#notAhead(due.at) < due.at) return;
      await this.#context.comesDue(schedule, due);
      entry.handled = due.at;
    }
  }

  /** A time, or now if that is in a future which the clock, put back since, has yet to come to. */
  #notAhead(time: number): number {
    const now = this.#context.clock.now();
    return now < time - lateMs ? now : time;
  }
}

/** What is tried again, and was looked at all along, has been seen on time ever since; its later times, too. */
function seen(entry: Entry, now: number): void {
  if (!entry.retries || now < entry.onTime) {
    entry.onTime = now - lateMs;
    entry.dueBy = now;
  } else if (now - entry.dueBy <= lateMs) {
    entry.dueBy = now;
  }
}

/**
 * Up to when a schedule is dealt with, by what is on disk: its last time, which is stored together with its event, or
 * the change since which its rule is in force. A last time that is still to come says that the clock was once wrong, and
 * nothing else: times since the change may have been missed, and those that were not are known by the ids of their events.
 */
function handledBy({ state, changedAt }: Schedule, now: number): number {
  const last = typeof state?.['last'] === 'string' ? Date.parse(state['last']) : -Infinity;
  if (last <= now + lateMs) return Math.min(Math.max(last, changedAt), now);
  return Math.min(Math.max(changedAt, now - lookBackMs), now);
}

import { Inject, Injectable } from '@nestjs/common';
import { ReplaySubject, type Observable } from 'rxjs';
import type { AuditRecord } from '../../domain/audit.ts';
import { newId } from '../../domain/new-id.ts';
import type { EventRecord, RunRecord } from '../../domain/records.ts';
import type { Cause, Notice } from '../../sdk/index.ts';
import { VERSION } from '../../sdk/version.ts';
import { KERNEL_LIMITS, type KernelLimits } from '../limits.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { PluginRegistry, type PluginStatus } from '../plugins/plugin-registry.ts';
import { Allowance } from './allowance.ts';
import { changeNotice } from './change-notice.ts';
import { Notices, type NoticeMap } from './notices.ts';
import { ToldChanges } from './told-changes.ts';

/** For plugins that start late, or again. */
const remembered = 200;

type Announcement = Omit<Notice, 'id' | 'time'>;

/** Puts what happens in the house into words, for plugins. */
@Injectable()
export class Announcer {
  readonly #notices = new ReplaySubject<Notice>(remembered);
  /** Plugins that have been told of as down. */
  readonly #down = new Set<string>();
  /** Events of chains that were stopped. */
  readonly #ended = new Set<string>();
  readonly #chains = new Allowance({ most: 10, withinMs: 10_000 });

  constructor(
    private readonly inner: Notices,
    private readonly registry: PluginRegistry,
    private readonly changes: ToldChanges,
    @Inject(KERNEL_LIMITS) private readonly limits: KernelLimits,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  get notices(): Observable<Notice> {
    return this.#notices;
  }

  /** Signalbox has started. */
  async start(): Promise<void> {
    this.inner.on('changes.stored', ({ entries }) => {
      this.#tellOf(entries);
      const last = entries.at(-1);
      if (last) this.changes.note(last.id);
    });
    this.#tellOf(await this.changes.left());
    this.inner.on('target.failing', (ailment) => {
      this.#failing(ailment);
    });
    this.inner.on('target.recovered', ({ target }) => {
      const data = { object: target, change: 'recovered' };
      this.#say({ kind: 'object', level: 'message', message: `${target} answers again`, data });
    });
    this.inner.on('run.failed', (failure) => {
      this.#failed(failure);
    });
    this.inner.on('events.committed', ({ events, runs }) => {
      for (const event of events) this.#lookForEnd(event);
      this.#lookForHeld(events, runs);
    });
    this.registry.changes.subscribe((status) => {
      this.#pluginChanged(status);
    });
    const message = `Signalbox ${VERSION} has started`;
    this.#say({ kind: 'started', level: 'message', message, data: { version: VERSION } });
    for (const status of this.registry.plugins()) this.#pluginChanged(status);
  }

  /** What comes of it belongs to the same chain. */
  #rememberEnd(eventId: string): void {
    this.#ended.add(eventId);
    if (this.#ended.size <= remembered) return;
    const [oldest] = this.#ended;
    if (oldest !== undefined) this.#ended.delete(oldest);
  }

  #tellOf(entries: readonly AuditRecord[]): void {
    for (const entry of entries) {
      const notice = changeNotice(entry);
      if (notice) this.#notices.next(notice);
    }
  }

  #say(announcement: Announcement): void {
    this.#notices.next({ id: newId(), time: new Date(), ...announcement });
  }

  #failing({ target, failures, error }: NoticeMap['target.failing']): void {
    this.#say({
      kind: 'object',
      level: 'warning',
      message: `${target} has failed ${String(failures)} times in a row, its runs are held: ${error}`,
      data: { object: target, change: 'failing', reason: error },
    });
  }

  #failed({ run, event, reason, attempts }: NoticeMap['run.failed']): void {
    const { id, taskId, target, action } = run;
    this.#say({
      kind: 'run',
      level: 'error',
      message: `Task ${run.taskName} failed on ${target}: ${reason}`,
      data: { run: id, task: taskId, target, action, attempts, reason },
      causedBy: causeOf(event),
    });
  }

  #pluginChanged({ name, state, reason }: PluginStatus): void {
    if (state === 'down') {
      this.#down.add(name);
      const why = reason === undefined ? '' : `: ${reason}`;
      const data = { plugin: name, state, ...(reason !== undefined && { reason }) };
      this.#say({ kind: 'plugin', level: 'error', message: `Plugin ${name} is down${why}`, data });
    } else if (state === 'up' && this.#down.delete(name)) {
      this.#say({
        kind: 'plugin',
        level: 'message',
        message: `Plugin ${name} is up again`,
        data: { plugin: name, state },
      });
    }
  }

  /** Tasks that have met more targets than they may act on at once. */
  #lookForHeld(events: readonly EventRecord[], runs: readonly RunRecord[]): void {
    const held = Map.groupBy(
      runs.filter(({ state }) => state === 'held'),
      ({ eventId, taskId }) => `${eventId} ${taskId}`,
    );
    for (const [first, ...others] of held.values()) {
      const event = first && events.find(({ id }) => id === first.eventId);
      if (!event) continue;
      const { taskId, taskName, action } = first;
      const fields = { task: taskId, action, event: event.id, targets: others.length + 1 };
      this.logger.warn(fields, 'A task meets more targets than it may act on at once: its runs are held');
      this.#say({
        kind: 'run',
        level: 'warning',
        message: `Task ${taskName} meets ${String(fields.targets)} targets, more than it may act on at once: its runs are held`,
        data: fields,
        causedBy: causeOf(event),
      });
    }
  }

  /** The first event of a chain that fires nothing any more, however long the chain was when it came in. */
  #lookForEnd(event: EventRecord): void {
    const { maxDepth } = this.limits.routing;
    if (event.depth <= maxDepth) return;
    const wasTold = event.causedBy !== undefined && this.#ended.has(event.causedBy);
    this.#rememberEnd(event.id);
    // Whoever sends such events in could otherwise double them.
    if (wasTold || !this.#chains.take().passes) return;
    const { id, type, object, depth } = event;
    this.logger.warn(
      { event: id, type, object, depth },
      'A chain of events was stopped: each led to the next',
    );
    this.#say({
      kind: 'chain',
      level: 'warning',
      message: `A chain of more than ${String(maxDepth)} events was stopped at ${type}`,
      data: { event: id, type, depth, ...(object !== undefined && { object }) },
      // So that what tells of it cannot begin the chain anew.
      causedBy: causeOf(event),
    });
  }
}

function causeOf({ id, depth }: EventRecord): Cause {
  return { id, depth };
}

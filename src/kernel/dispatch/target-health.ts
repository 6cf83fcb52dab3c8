import { Inject, Injectable } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';
import { splitRef, type HoldReason, type TargetHealthRecord } from '../../domain/records.ts';
import { honoured } from '../../domain/retry-policy.ts';
import { RetryableError, type ActionPolicy } from '../../sdk/index.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { Notices } from '../notices/notices.ts';
import {
  RUN_QUEUE,
  TARGET_HEALTH,
  type RunQueuePort,
  type Settlement,
  type TargetHealthPort,
} from '../ports.ts';
import { ResourceIndex } from '../resources/resource-index.ts';
import { Serial } from '../serial.ts';
import { Backlog } from './backlog.ts';
import type { Performed } from './performed.ts';

const failing: HoldReason = 'target_failing';

/** The longest delay that a timer takes, ms. */
const longestTimer = 2 ** 31 - 1;

/** A target that was failing before a start is not switched off before this, ms. */
const afterStart = 3_600_000;

/** A target that has failed at least once since it was last well. */
interface Ailing {
  failures: number;
  since: number;
  /** Since when this process has watched it fail, epoch ms. */
  readonly watchedSince: number;
  error: string;
  /** Its runs are held. */
  open?: Open;
}

/** One run at a time is let through to see how a target is. */
interface Open {
  probeEveryMs: number;
  /** The next one may be. */
  mayProbe: boolean;
  nextProbeAt: number;
  timer?: NodeJS.Timeout;
}

/** A target whose runs are held since it does nothing but fail. */
export interface TargetHealthView extends TargetHealthRecord {
  /** When the next run is let through, epoch ms. */
  readonly nextProbeAt: number;
}

/**
 * Watches which targets do nothing but fail. From so many failures in a row on the runs of a target are held, and one is let
 * through now and then; the first that gets an answer opens the way for the others. Where the action's policy wants it so.
 */
@Injectable()
export class TargetHealth {
  readonly #ailing = new Map<string, Ailing>();
  readonly #recovered = new Subject<string>();
  readonly #writes = new Serial();
  #stopped = false;

  constructor(
    private readonly backlog: Backlog,
    private readonly index: ResourceIndex,
    private readonly notices: Notices,
    @Inject(RUN_QUEUE) private readonly queue: RunQueuePort,
    @Inject(TARGET_HEALTH) private readonly store: TargetHealthPort,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  /** Targets whose held runs may go on. */
  get recovered(): Observable<string> {
    return this.#recovered;
  }

  /** Before the dispatcher starts: what was failing when the last process ended is looked at first. */
  async start(): Promise<void> {
    for (const { target, since, failures, error } of await this.store.all()) {
      const { type, key } = splitRef(target);
      if (!this.index.object(type, key)) {
        this.#write(() => this.store.remove(target));
        continue;
      }
      const open = { probeEveryMs: 1_000, mayProbe: true, nextProbeAt: Date.now() };
      this.#ailing.set(target, { failures, since, watchedSince: Date.now(), error, open });
    }
    // Whoever has changed the object may have mended it.
    this.notices.on('resource.changed', ({ ref }) => {
      if (ref.kind === 'object' && this.#ailing.has(ref.id)) this.#forget(ref.id);
    });
  }

  /** Once the lanes run. */
  beginProbing(): void {
    for (const [target, { open }] of this.#ailing) if (open) void this.#probe(target);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { open } of this.#ailing.values()) clearTimeout(open?.timer);
    await this.#writes.run(() => Promise.resolve());
  }

  /** Whether the runs of a target are to be held now. */
  holds(target: string): boolean {
    if (this.#ailing.size === 0) return false;
    const open = this.#ailing.get(target)?.open;
    return open !== undefined && !open.mayProbe;
  }

  isFailing(target: string): boolean {
    return this.#ailing.get(target)?.open !== undefined;
  }

  of(target: string): TargetHealthView | undefined {
    const ailing = this.#ailing.get(target);
    if (!ailing?.open) return undefined;
    const { failures, since, error, open } = ailing;
    return { target, failures, since, error, nextProbeAt: open.nextProbeAt };
  }

  /** An attempt on the target begins: no other one may, while it is failing. */
  begins(target: string): void {
    if (this.#ailing.size === 0) return;
    const open = this.#ailing.get(target)?.open;
    if (open) open.mayProbe = false;
  }

  /** An attempt has ended. Gives what becomes of its run: one that a failing target has refused is held. */
  note(target: string, policy: ActionPolicy, performed: Performed): Settlement {
    const { settlement, answer } = performed;
    if (policy.holdAfter === 0) return settlement;
    if (answer === 'failed') return this.#failed(target, policy, performed);
    const ailing = this.#ailing.get(target);
    if (!ailing) return settlement;
    if (answer === 'answered') this.#forget(target);
    else if (ailing.open) this.#probeLater(target, ailing.open);
    return settlement;
  }

  /** An attempt that was to begin did not. */
  notBegun(target: string): void {
    const open = this.#ailing.get(target)?.open;
    if (open) this.#probeLater(target, open);
  }

  /** Whether a target has been failing for so long that it is to be switched off. */
  isHopeless(target: string, { disableAfterMs }: ActionPolicy): boolean {
    const ailing = this.#ailing.get(target);
    if (!ailing?.open || disableAfterMs === 0) return false;
    const now = Date.now();
    // While Signalbox was down nobody has tried: it gets some time after a start.
    const isFresh = now - ailing.watchedSince < Math.min(disableAfterMs, afterStart);
    return !isFresh && now - ailing.since >= disableAfterMs;
  }

  #failed(target: string, policy: ActionPolicy, { settlement, error }: Performed): Settlement {
    const now = Date.now();
    const ailing = this.#ailing.get(target) ?? { failures: 0, since: now, watchedSince: now, error: '' };
    this.#ailing.set(target, ailing);
    ailing.failures++;
    ailing.error = settlement.attempt?.error ?? settlement.reason ?? '';
    if (!ailing.open && ailing.failures < policy.holdAfter) return settlement;
    const asked = error instanceof RetryableError ? honoured(error.retryAfterMs) : 0;
    const open = ailing.open ?? this.#open(target, ailing);
    open.probeEveryMs = policy.probeEveryMs;
    this.#probeLater(target, open, asked);
    return heldFor(settlement, now);
  }

  #open(target: string, ailing: Ailing): Open {
    const open = (ailing.open = { probeEveryMs: 0, mayProbe: false, nextProbeAt: 0 });
    const { failures, since, error } = ailing;
    this.logger.warn({ target, failures, error }, 'Target fails: its runs are held');
    this.#write(() => this.store.put({ target, failures, since, error }));
    this.notices.tell('target.failing', { target, failures, error });
    return open;
  }

  /** `asked`: what the target itself wants to be left alone for, ms. */
  #probeLater(target: string, open: Open, asked = 0): void {
    if (this.#stopped) return;
    clearTimeout(open.timer);
    const delay = Math.min(Math.max(open.probeEveryMs, asked), longestTimer);
    open.nextProbeAt = Date.now() + delay;
    open.timer = setTimeout(() => void this.#probe(target), delay).unref();
  }

  /** Lets the run through that has waited longest since it was last tried, or, if none is held, the next that comes. */
  async #probe(target: string): Promise<void> {
    const open = this.#ailing.get(target)?.open;
    if (!open || this.#stopped) return;
    open.mayProbe = true;
    try {
      const now = Date.now();
      const released = await this.queue.releaseSome(target, { reasons: [failing], limit: 1, now });
      if (released > 0) this.backlog.put(target, now);
    } catch (error) {
      this.logger.error({ err: error, target }, 'A held run cannot be released');
      this.#probeLater(target, open);
    }
  }

  #forget(target: string): void {
    const open = this.#ailing.get(target)?.open;
    this.#ailing.delete(target);
    if (!open) return;
    clearTimeout(open.timer);
    this.#write(() => this.store.remove(target));
    const { type, key } = splitRef(target);
    if (this.index.object(type, key)?.enabled === true) {
      this.logger.info({ target }, 'Target answers again: its held runs go on');
      this.notices.tell('target.recovered', { target });
    }
    this.#recovered.next(target);
  }

  /** Only for the next start, which finds out by itself, too, only later. */
  #write(work: () => Promise<void>): void {
    this.#writes.run(work).catch((error: unknown) => {
      this.logger.warn({ err: error }, 'The health of a target cannot be stored');
    });
  }
}

/**
 * A failure of the target is not to use up the run: the last attempt that it is entitled to is not counted, and not kept, until
 * the target is well.
 */
function heldFor({ runId, state, attempts, startedAt, attempt }: Settlement, now: number): Settlement {
  const held = {
    runId,
    state: 'held',
    reason: failing,
    ...(startedAt !== undefined && { startedAt }),
  } as const;
  // Due now: behind those that have not been tried as lately.
  if (state === 'failed') return { ...held, attempts: attempts - (attempt ? 1 : 0), dueAt: now };
  return { ...held, attempts, dueAt: now, ...(attempt && { attempt }) };
}

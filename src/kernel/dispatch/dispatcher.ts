import { Inject, Injectable } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';
import { setTimeout as sleep } from 'node:timers/promises';
import { splitRef, type HoldReason, type RunRecord } from '../../domain/records.ts';
import { TargetGoneError } from '../../sdk/index.ts';
import { KERNEL_LIMITS, type KernelLimits } from '../limits.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import type { QueuedRun, Settlement } from '../ports.ts';
import { settledRun, type Failure, type RunChange } from './incidents.ts';
import { ResourceService } from '../resources/resource.service.ts';
import type { Committed } from '../stream/event-stream.ts';
import { Backlog } from './backlog.ts';
import type { Lane } from './lane.ts';
import { Lanes } from './lanes.ts';
import { Pace } from './pace.ts';
import type { Performed } from './performed.ts';
import { Preparation, type PreparedTarget } from './preparation.ts';
import { Runner } from './runner.ts';
import { Settler } from './settler.ts';
import { TargetHealth } from './target-health.ts';
import { Trickle } from './trickle.ts';
import { messageOf } from './verdict.ts';

/** An idempotent run that takes longer than this is marked as running, so that people see it, ms. */
const quick = 250;

type Readiness = PreparedTarget | { readonly hold: HoldReason } | { readonly fail: string };

export interface DispatchLoad {
  /** Runs being acted on. */
  readonly active: number;
  /** Targets with runs at work or waiting. */
  readonly lanes: number;
  /** Runs in memory of the target that has most of them. */
  readonly deepestLane: number;
  /** Runs in memory: ready, at work or not yet on disk. */
  readonly inMemory: number;
  /** Outcomes that wait for the disk. */
  readonly unsettled: number;
}

/** Decides which run starts when: one lane for each target, all lanes under one ceiling. */
@Injectable()
export class Dispatcher {
  /** Lanes that could start a run but for the ceiling, the longest waiting first: with nothing at work, and the others. */
  readonly #waiting = { forFirst: new Set<Lane>(), forMore: new Set<Lane>() };
  /** Lanes whose plugin is starting. */
  readonly #early = new Set<Lane>();
  readonly #shutdown = new AbortController();
  readonly #failed = new Subject<Failure>();
  readonly #changed = new Subject<readonly RunChange[]>();
  #active = 0;
  #running = false;

  constructor(
    private readonly lanes: Lanes,
    private readonly backlog: Backlog,
    private readonly preparation: Preparation,
    private readonly pace: Pace,
    private readonly runner: Runner,
    private readonly settler: Settler,
    private readonly health: TargetHealth,
    private readonly trickle: Trickle,
    private readonly resources: ResourceService,
    @Inject(KERNEL_LIMITS) private readonly limits: KernelLimits,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  /** Runs that have failed for good, once that is on disk. */
  get failed(): Observable<Failure> {
    return this.#failed;
  }

  /** How much there is to do. */
  get load(): DispatchLoad {
    const { count, deepest, inMemory } = this.lanes;
    const { unsettled } = this.settler;
    return { active: this.#active, lanes: count, deepestLane: deepest, inMemory, unsettled };
  }

  /** Runs that are in another state, once that is on disk. */
  get changed(): Observable<readonly RunChange[]> {
    return this.#changed;
  }

  /** Begins with what the database holds. */
  async start(): Promise<void> {
    this.#running = true;
    this.settler.settled.subscribe((settlements) => {
      this.#afterSettling(settlements);
    });
    this.preparation.started.subscribe(() => {
      for (const lane of [...this.#early]) this.#pump(lane);
    });
    await this.backlog.start((target) => {
      const lane = this.lanes.of(target);
      lane.markMore();
      this.#pump(lane);
    });
    this.health.beginProbing();
  }

  /** Takes what has just been committed. */
  accept({ events, runs }: Pick<Committed, 'events' | 'runs'>): void {
    const byId = new Map(events.map((event) => [event.id, event]));
    const touched = new Set<Lane>();
    for (const run of runs) {
      const event = byId.get(run.eventId);
      if (event && run.state === 'pending') touched.add(this.lanes.enqueue({ run, event }));
    }
    for (const lane of touched) this.#pump(lane);
  }

  /** Starts nothing more, lets actions end for a while, then aborts them; what was aborted is put back. */
  async stop(): Promise<void> {
    this.#running = false;
    this.backlog.stop();
    this.trickle.stop();
    await this.health.stop();
    await this.#idleWithin(this.limits.dispatch.graceMs);
    this.#shutdown.abort();
    // An aborted run ends at once; only a disk that fails could keep one longer.
    await this.#idleWithin(1_000);
  }

  async #idleWithin(ms: number): Promise<void> {
    const deadline = Date.now() + ms;
    while (this.#active > 0 && Date.now() < deadline) await sleep(5);
  }

  /** Starts what may start of a lane. */
  #pump(lane: Lane): void {
    this.#waiting.forFirst.delete(lane);
    this.#waiting.forMore.delete(lane);
    this.#early.delete(lane);
    if (this.preparation.isStarting(lane.target)) {
      this.#early.add(lane);
      return;
    }
    for (let head = lane.ready[0]; head && this.#running; head = lane.ready[0]) {
      if (this.#isFullFor(lane)) {
        (lane.active === 0 ? this.#waiting.forFirst : this.#waiting.forMore).add(lane);
        return;
      }
      const readiness = this.#prepare(head);
      if ('policy' in readiness) {
        lane.limit = readiness.policy.concurrency;
        if (lane.active >= lane.limit || !this.#mayBegin(lane.target, readiness)) break;
      }
      lane.ready.shift();
      this.#begin(lane, head, readiness);
    }
    if (lane.wantsPage && this.#running) void this.#refill(lane);
    this.lanes.dropIfIdle(lane);
  }

  #mayBegin(target: string, { policy }: PreparedTarget): boolean {
    return this.pace.mayBegin(target, policy.minGapMs, () => {
      this.#pump(this.lanes.of(target));
    });
  }

  async #refill(lane: Lane): Promise<void> {
    // Though it may have brought nothing: more may have come while it was being read.
    if (await this.lanes.refill(lane)) this.#pump(lane);
  }

  /**
   * Half of the places are kept for targets with nothing at work. So neither a target that may have them all nor
   * many that hang at the same time keep a healthy one waiting.
   */
  #isFullFor(lane: Lane): boolean {
    const { concurrency, maxUnsettled } = this.limits.dispatch;
    const places = lane.active === 0 ? concurrency : Math.ceil(concurrency / 2);
    return this.#active >= places || this.settler.unsettled >= maxUnsettled;
  }

  #prepare(queued: QueuedRun): Readiness {
    try {
      const target = this.preparation.prepare(queued.run);
      return typeof target === 'string' ? { hold: target } : target;
    } catch (error) {
      return { fail: messageOf(error) };
    }
  }

  #begin(lane: Lane, queued: QueuedRun, readiness: Readiness): void {
    if ('policy' in readiness) {
      lane.active++;
      this.#active++;
      this.health.begins(lane.target);
      // Once more when it really does: until then no other one may.
      if (readiness.policy.minGapMs > 0) this.pace.begins(lane.target);
      void this.#perform(queued, readiness).finally(() => {
        lane.active--;
        this.#active--;
        this.#pumpWaiting();
        this.#pump(lane);
      });
    } else if ('hold' in readiness) {
      this.settler.add({ ...unchanged(queued.run), state: 'held', reason: readiness.hold });
    } else {
      this.settler.add(failed(queued.run, readiness.fail));
    }
  }

  async #perform(queued: QueuedRun, target: PreparedTarget): Promise<void> {
    const { run } = queued;
    const announced: Settlement = { ...unchanged(run), state: 'running', startedAt: Date.now() };
    // What must not be repeated blindly, or soon, is marked before it begins: a crash then leaves a trace.
    const leavesTrace = !target.action.idempotent || target.policy.minGapMs > 0;
    if (leavesTrace && !(await this.settler.settle(announced))) {
      this.health.notBegun(run.target);
      return;
    }
    if (target.policy.minGapMs > 0) this.pace.begins(run.target);
    const slow = setTimeout(() => {
      if (!leavesTrace) this.settler.add(announced);
    }, quick);
    const performed = await this.#attempt(queued, target);
    clearTimeout(slow);
    this.settler.add(this.health.note(run.target, target.policy, performed));
    // Its place stays taken until then: the next one would only hear the same.
    const reason = this.#whyDisable(queued, target, performed);
    if (reason !== undefined) await this.#disable(queued, reason);
  }

  #whyDisable({ run }: QueuedRun, target: PreparedTarget, { error }: Performed): string | undefined {
    if (error instanceof TargetGoneError) {
      // If the target was changed meanwhile, it is the old one that has gone.
      return this.preparation.isCurrent(run, target) ? error.message : undefined;
    }
    if (!this.health.isHopeless(run.target, target.policy)) return undefined;
    return `it has done nothing but fail for ${String(Math.round(target.policy.disableAfterMs / 86_400_000))} days`;
  }

  async #attempt(queued: QueuedRun, target: PreparedTarget): Promise<Performed> {
    try {
      return await this.runner.perform(queued, target, this.#shutdown.signal);
    } catch (error) {
      this.logger.error({ err: error, run: queued.run.id }, 'An attempt could not be recorded');
      return { settlement: failed(queued.run, messageOf(error)) };
    }
  }

  async #disable({ run: { target }, event }: QueuedRun, reason: string): Promise<void> {
    const { type, key } = splitRef(target);
    this.logger.warn({ target, reason }, 'Target disabled');
    try {
      const cause = { id: event.id, depth: event.depth };
      await this.resources.switchOff({ type, key }, { reason, cause });
    } catch (err) {
      this.logger.error({ err, target }, 'Target could not be disabled');
    }
  }

  #pumpWaiting(): void {
    for (const lanes of [this.#waiting.forFirst, this.#waiting.forMore]) {
      for (const lane of lanes) {
        if (this.#isFullFor(lane)) break;
        this.#pump(lane);
      }
    }
  }

  #afterSettling(settlements: readonly Settlement[]): void {
    this.#tell(settlements);
    for (const settlement of settlements) {
      if (settlement.state !== 'running') this.#afterSettlement(settlement);
    }
    this.#pumpWaiting();
  }

  #tell(settlements: readonly Settlement[]): void {
    if (!this.#changed.observed) return;
    const changes = settlements.flatMap((settlement) => {
      const queued = this.lanes.held(settlement.runId);
      return queued ? [settledRun(queued, settlement)] : [];
    });
    if (changes.length > 0) this.#changed.next(changes);
  }

  #afterSettlement({ runId, state, reason, dueAt, attempts }: Settlement): void {
    const ended = this.lanes.ended(runId);
    if (!ended) return;
    const { lane, queued } = ended;
    const { action } = queued.run;
    if (state === 'failed') this.#failed.next({ ...queued, reason: reason ?? '', attempts });
    if (state === 'pending') this.backlog.put(lane.target, dueAt);
    if (state === 'held') this.#recheck(reason as HoldReason, { target: lane.target, action });
    this.#pump(lane);
  }

  /** The reason may have gone while the hold was on its way to the disk; nobody else would release the run. */
  #recheck(reason: HoldReason, run: { readonly target: string; readonly action: string }): void {
    if (!this.preparation.isClear(reason, run)) return;
    if (reason === 'plugin_unavailable') void this.backlog.release({ reason, ...run });
    else void this.trickle.release(run.target);
  }
}

function unchanged({ id, attempts, dueAt }: RunRecord): Pick<Settlement, 'runId' | 'attempts' | 'dueAt'> {
  return { runId: id, attempts, dueAt };
}

function failed(run: RunRecord, reason: string): Settlement {
  return { ...unchanged(run), state: 'failed', reason, finishedAt: Date.now() };
}

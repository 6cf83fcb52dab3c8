import { Inject, Injectable } from '@nestjs/common';
import { KERNEL_LIMITS, type KernelLimits } from '../limits.ts';
import type { QueuedPage, QueuedRun } from '../ports.ts';
import { Serial } from '../serial.ts';
import { Backlog } from './backlog.ts';
import { Lane } from './lane.ts';
import { RunMemory, type HeldRun } from './run-memory.ts';

/** Runs read from the disk at one time, at most. */
const pageSize = 500;

/** The part of the free memory that one page may take: the lanes that come after it want some, too. */
const share = 1 / 8;

/** All lanes, and how much of the backlog they hold in memory; what does not fit stays on disk until there is room. */
@Injectable()
export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  readonly #memory = new RunMemory();
  // One page after another: each is measured by the room that those before it have left.
  readonly #reading = new Serial();

  constructor(
    private readonly backlog: Backlog,
    @Inject(KERNEL_LIMITS) private readonly limits: KernelLimits,
  ) {}

  get count(): number {
    return this.#lanes.size;
  }

  /** How many runs memory holds of the target that has most of them. */
  get deepest(): number {
    let most = 0;
    for (const { held } of this.#lanes.values()) most = Math.max(most, held);
    return most;
  }

  get inMemory(): number {
    return this.#memory.runs;
  }

  of(target: string): Lane {
    let lane = this.#lanes.get(target);
    if (!lane) this.#lanes.set(target, (lane = new Lane(target)));
    return lane;
  }

  /** Puts a run behind the others of its target, or leaves it on disk when memory is full. */
  enqueue(queued: QueuedRun): Lane {
    const lane = this.of(queued.run.target);
    if (lane.hasMore || this.#roomFor(lane) === 0) lane.markMore();
    else this.#push(lane, queued);
    return lane;
  }

  /**
   * Reads more of a lane's runs from the disk. False: none were read, since the disk failed (the lane is woken again
   * later) or memory has no room for more than the lane has (its next outcome asks again).
   */
  refill(lane: Lane): Promise<boolean> {
    lane.beginPaging();
    return this.#reading.run(() => this.#read(lane));
  }

  /** A run, with its event, if memory holds it. */
  held(runId: string): QueuedRun | undefined {
    return this.#memory.get(runId)?.queued;
  }

  /** The outcome of a run is on disk. */
  ended(runId: string): HeldRun | undefined {
    const held = this.#memory.remove(runId);
    held?.lane.ended(runId);
    return held;
  }

  /** Whether a run is being acted on, or has been and its outcome is not on disk yet. */
  isAtWork(runId: string): boolean {
    const held = this.#memory.get(runId);
    return held !== undefined && !held.lane.ready.includes(held.queued);
  }

  /** A run that is not to begin any more. */
  withdraw(runId: string): void {
    const held = this.#memory.get(runId);
    const place = held?.lane.ready.indexOf(held.queued) ?? -1;
    if (!held || place < 0) return;
    held.lane.ready.splice(place, 1);
    this.ended(runId);
    this.dropIfIdle(held.lane);
  }

  dropIfIdle(lane: Lane): void {
    if (lane.idle && this.#lanes.get(lane.target) === lane) this.#lanes.delete(lane.target);
  }

  async #read(lane: Lane): Promise<boolean> {
    const room = this.#roomFor(lane);
    // Once more: what has come while it waited for its turn is on disk now.
    lane.beginPaging();
    const page = room === 0 ? undefined : await this.#page(lane, room);
    if (!page) {
      lane.endPaging({ complete: false });
      return false;
    }
    const unknown = page.runs.filter(({ run }) => !this.#memory.has(run.id));
    // The page was read before or after they ended: asked again, the disk will tell.
    const fresh = unknown.filter(({ run }) => !lane.hasEndedWhilePaging(run.id));
    lane.endPaging({ complete: page.complete && fresh.length === unknown.length });
    for (const queued of fresh) this.#push(lane, queued);
    return true;
  }

  #page(lane: Lane, room: number): Promise<QueuedPage | undefined> {
    const free = this.limits.dispatch.memoryBytes - this.#memory.bytes;
    return this.backlog.page(lane.target, {
      // What memory holds is still pending on disk and comes along.
      limit: room + lane.held,
      maxBytes: Math.max(free * share, 0),
      known: (eventId) => this.#memory.event(eventId),
    });
  }

  #push(lane: Lane, queued: QueuedRun): void {
    // A page may have brought it before its commit was told.
    if (this.#memory.has(queued.run.id)) return;
    lane.ready.push(this.#memory.add(queued, lane));
    lane.held++;
  }

  /** How many more runs a lane may hold. One at least: full memory must not starve a healthy target. */
  #roomFor(lane: Lane): number {
    const { memoryRuns, memoryBytes, memoryRunsPerTarget } = this.limits.dispatch;
    const isFull = this.#memory.runs >= memoryRuns || this.#memory.bytes >= memoryBytes;
    const ofAll = isFull ? 0 : Math.ceil((memoryRuns - this.#memory.runs) * share);
    const room = Math.min(pageSize, ofAll, memoryRunsPerTarget - lane.held);
    return Math.max(room, lane.held === 0 ? 1 : 0);
  }
}

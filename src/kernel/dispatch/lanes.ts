import { Inject, Injectable } from '@nestjs/common';
import { KERNEL_LIMITS, type KernelLimits } from '../limits.ts';
import type { QueuedRun } from '../ports.ts';
import { Backlog } from './backlog.ts';
import { Lane } from './lane.ts';
import { roughSize } from './rough-size.ts';

/** A run in memory. */
interface Held {
  readonly lane: Lane;
  readonly bytes: number;
}

/** Runs read from the disk at one time. */
const pageSize = 500;

/** All lanes, and how much of the backlog they hold in memory; what does not fit stays on disk until there is room. */
@Injectable()
export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  readonly #known = new Map<string, Held>();
  #bytes = 0;

  constructor(
    private readonly backlog: Backlog,
    @Inject(KERNEL_LIMITS) private readonly limits: KernelLimits,
  ) {}

  get count(): number {
    return this.#lanes.size;
  }

  get inMemory(): number {
    return this.#known.size;
  }

  of(target: string): Lane {
    let lane = this.#lanes.get(target);
    if (!lane) this.#lanes.set(target, (lane = new Lane(target)));
    return lane;
  }

  /** Puts a run behind the others of its target, or leaves it on disk when memory is full. */
  enqueue(queued: QueuedRun): Lane {
    const lane = this.of(queued.run.target);
    if (lane.hasMore || !this.#hasRoom(lane)) lane.markMore();
    else this.#push(lane, queued);
    return lane;
  }

  /** Reads more of a lane's runs from the disk; resolves to whether any came. */
  async refill(lane: Lane): Promise<boolean> {
    lane.beginPaging();
    const room = this.#isFull() ? 2 * lane.limit : pageSize;
    // What memory holds is still pending on disk and comes along.
    const wanted = room + lane.held;
    const page = await this.backlog.page(lane.target, wanted);
    const unknown = (page ?? []).filter(({ run }) => !this.#known.has(run.id));
    // The page was read before or after they ended: asked again, the disk will tell.
    const fresh = unknown.filter(({ run }) => !lane.hasEndedWhilePaging(run.id));
    const complete = page !== undefined && page.length < wanted && fresh.length === unknown.length;
    lane.endPaging({ complete });
    for (const queued of fresh) this.#push(lane, queued);
    return fresh.length > 0 || unknown.length > 0;
  }

  /** The outcome of a run is on disk. */
  ended(runId: string): Lane | undefined {
    const held = this.#known.get(runId);
    if (!held) return undefined;
    this.#known.delete(runId);
    this.#bytes -= held.bytes;
    held.lane.ended(runId);
    return held.lane;
  }

  dropIfIdle(lane: Lane): void {
    if (lane.idle) this.#lanes.delete(lane.target);
  }

  #push(lane: Lane, queued: QueuedRun): void {
    // A page may have brought it before its commit was told.
    if (this.#known.has(queued.run.id)) return;
    const bytes = roughSize(queued.event.data);
    this.#known.set(queued.run.id, { lane, bytes });
    this.#bytes += bytes;
    lane.held++;
    lane.ready.push(queued);
  }

  /** A lane may always hold what it can run: full memory must not starve a healthy target. */
  #hasRoom(lane: Lane): boolean {
    if (lane.held < 2 * lane.limit) return true;
    return lane.held < this.limits.dispatch.memoryRunsPerTarget && !this.#isFull();
  }

  #isFull(): boolean {
    const { memoryRuns, memoryBytes } = this.limits.dispatch;
    return this.inMemory >= memoryRuns || this.#bytes >= memoryBytes;
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { KERNEL_LIMITS, type KernelLimits } from '../limits.ts';
import type { QueuedRun } from '../ports.ts';
import { Backlog } from './backlog.ts';
import { Lane } from './lane.ts';

/** All lanes, and how much of the backlog they hold in memory; what does not fit stays on disk until there is room. */
@Injectable()
export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  /** Lane of each run in memory. */
  readonly #known = new Map<string, Lane>();

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
    const { memoryRuns, memoryRunsPerTarget } = this.limits.dispatch;
    const room = this.inMemory < memoryRuns ? memoryRunsPerTarget : 2 * lane.limit;
    // What memory holds is still pending on disk and comes along.
    const wanted = room + lane.held;
    const page = await this.backlog.page(lane.target, wanted);
    const fresh = (page ?? []).filter(
      ({ run }) => !this.#known.has(run.id) && !lane.hasEndedWhilePaging(run.id),
    );
    lane.endPaging({ complete: page !== undefined && page.length < wanted });
    for (const queued of fresh) this.#push(lane, queued);
    return fresh.length > 0;
  }

  /** The outcome of a run is on disk. */
  ended(runId: string): Lane | undefined {
    const lane = this.#known.get(runId);
    if (!lane) return undefined;
    this.#known.delete(runId);
    lane.ended(runId);
    return lane;
  }

  dropIfIdle(lane: Lane): void {
    if (lane.idle) this.#lanes.delete(lane.target);
  }

  #push(lane: Lane, queued: QueuedRun): void {
    // A page may have brought it before its commit was told.
    if (this.#known.has(queued.run.id)) return;
    this.#known.set(queued.run.id, lane);
    lane.held++;
    lane.ready.push(queued);
  }

  /** A lane may always hold what it can run: full memory must not starve a healthy target. */
  #hasRoom(lane: Lane): boolean {
    const { memoryRuns, memoryRunsPerTarget } = this.limits.dispatch;
    if (lane.held < 2 * lane.limit) return true;
    return lane.held < memoryRunsPerTarget && this.inMemory < memoryRuns;
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { Notices } from '../notices/notices.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import { RUN_QUEUE, type RunQueuePort } from '../ports.ts';
import { Backlog } from './backlog.ts';
import { Preparation } from './preparation.ts';
import { TargetHealth } from './target-health.ts';
import { Trickle } from './trickle.ts';

/** Releases held runs once the reason to hold them has gone. */
@Injectable()
export class HeldRuns {
  constructor(
    private readonly backlog: Backlog,
    private readonly health: TargetHealth,
    private readonly trickle: Trickle,
    private readonly registry: PluginRegistry,
    private readonly notices: Notices,
    private readonly preparation: Preparation,
    @Inject(RUN_QUEUE) private readonly queue: RunQueuePort,
  ) {}

  /** Before the dispatcher starts. What changed while nobody watched is made good first. */
  async start(): Promise<void> {
    for (const { reason, ...run } of await this.queue.heldTargets()) {
      if (!this.preparation.isClear(reason, run)) continue;
      if (reason === 'plugin_unavailable') await this.backlog.release({ reason, ...run });
      else await this.trickle.release(run.target);
    }
    this.health.recovered.subscribe((target) => void this.trickle.release(target));
    this.notices.on('resource.changed', ({ ref }) => {
      if (ref.kind === 'object') void this.trickle.release(ref.id);
    });
    this.registry.changes.subscribe(({ state, types }) => {
      if (state === 'up') void this.#typesUp(types);
    });
  }

  async #typesUp(types: readonly string[]): Promise<void> {
    for (const targetType of types) {
      // Runs of an action that the type does not declare any more stay held.
      for (const name of Object.keys(this.registry.type(targetType)?.actions ?? {})) {
        const action = `${targetType}.${name}`;
        await this.backlog.release({ reason: 'plugin_unavailable', targetType, action });
      }
    }
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { Notices } from '../notices/notices.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import { RUN_QUEUE, type RunQueuePort } from '../ports.ts';
import { ResourceIndex } from '../resources/resource-index.ts';
import { splitRef } from '../../domain/records.ts';
import { Backlog } from './backlog.ts';
import { Preparation } from './preparation.ts';

/** Releases held runs once the reason to hold them has gone. */
@Injectable()
export class HeldRuns {
  constructor(
    private readonly backlog: Backlog,
    private readonly index: ResourceIndex,
    private readonly registry: PluginRegistry,
    private readonly notices: Notices,
    private readonly preparation: Preparation,
    @Inject(RUN_QUEUE) private readonly queue: RunQueuePort,
  ) {}

  /** Before the dispatcher starts. What changed while nobody watched is made good first. */
  async start(): Promise<void> {
    for (const { target, reason } of await this.queue.heldTargets()) {
      if (this.preparation.isClear(reason, target)) await this.backlog.release({ reason, target });
    }
    this.notices.on('resource.changed', ({ ref }) => {
      if (ref.kind === 'object') void this.#objectChanged(ref.id);
    });
    this.registry.changes.subscribe(({ state, types }) => {
      if (state === 'up') void this.#typesUp(types);
    });
  }

  async #objectChanged(target: string): Promise<void> {
    const { type, key } = splitRef(target);
    if (this.index.object(type, key)?.enabled !== true) return;
    await this.backlog.release({ reason: 'target_disabled', target });
    await this.backlog.release({ reason: 'target_missing', target });
  }

  async #typesUp(types: readonly string[]): Promise<void> {
    for (const targetType of types) await this.backlog.release({ reason: 'plugin_unavailable', targetType });
  }
}

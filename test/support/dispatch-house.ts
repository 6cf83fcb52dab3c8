import { EventEmitter2 } from '@nestjs/event-emitter';
import { defineObjectType, definePlugin, z, type ActionContext, type ActionPolicy } from 'signalbox/sdk';
import { Backlog } from '../../src/kernel/dispatch/backlog.ts';
import { Dispatcher } from '../../src/kernel/dispatch/dispatcher.ts';
import { HeldRuns } from '../../src/kernel/dispatch/held-runs.ts';
import { Lanes } from '../../src/kernel/dispatch/lanes.ts';
import { Pace } from '../../src/kernel/dispatch/pace.ts';
import { Preparation } from '../../src/kernel/dispatch/preparation.ts';
import { Recovery } from '../../src/kernel/dispatch/recovery.ts';
import { RenderedInput } from '../../src/kernel/dispatch/rendered-input.ts';
import { Runner } from '../../src/kernel/dispatch/runner.ts';
import { Settler } from '../../src/kernel/dispatch/settler.ts';
import { SpentTasks } from '../../src/kernel/dispatch/spent-tasks.ts';
import { TargetHealth } from '../../src/kernel/dispatch/target-health.ts';
import { Trickle } from '../../src/kernel/dispatch/trickle.ts';
import { defaultLimits, type DispatchLimits } from '../../src/kernel/limits.ts';
import type { WaysOut } from '../../src/kernel/egress/egress-http.ts';
import type { KernelLogger } from '../../src/kernel/logger.ts';
import { Notices } from '../../src/kernel/notices/notices.ts';
import { PluginRegistry } from '../../src/kernel/plugins/plugin-registry.ts';
import type { JournalPort, ObjectName } from '../../src/kernel/ports.ts';
import { ResourceIndex } from '../../src/kernel/resources/resource-index.ts';
import type { ResourceService } from '../../src/kernel/resources/resource.service.ts';
import { ViewOfObjects } from '../../src/kernel/routing/view-of-objects.ts';
import { MemoryDisk } from './memory-disk.ts';

export interface HouseOptions {
  readonly limits?: Partial<DispatchLimits>;
  /** What `lamp.light` does. */
  readonly light?: (context: ActionContext) => Promise<void>;
  /** Runs at one time on one lamp. */
  readonly concurrency?: number;
  /** Between two attempts on one lamp, ms. */
  readonly minGapMs?: number;
  /** Further parts of the policy. */
  readonly policy?: Partial<ActionPolicy>;
  /** The plugin has a start, so it is `starting` until it is reported otherwise. */
  readonly starts?: boolean;
  readonly switchOff?: () => Promise<void>;
  readonly removeSpentTask?: (id: string) => Promise<void>;
}

/** The dispatcher and all that belongs to it, with lamps to light, on a disk in memory. */
export function dispatchHouse(options: HouseOptions = {}) {
  const disk = new MemoryDisk();
  const logged: string[] = [];
  const log = (_: object, message: string) => void logged.push(message);
  const logger: KernelLogger = { debug: log, info: log, warn: log, error: log, child: () => logger };
  const limits = { ...defaultLimits, dispatch: { ...defaultLimits.dispatch, graceMs: 0, ...options.limits } };
  const registry = new PluginRegistry();
  registry.register(lampPlugin(options));
  const index = new ResourceIndex();
  const backlog = new Backlog(disk, logger);
  const lanes = new Lanes(backlog, limits);
  const notices = new Notices(new EventEmitter2());
  const health = new TargetHealth(backlog, index, notices, disk, disk.health, logger);
  const preparation = new Preparation(registry, index, health);
  const trickle = new Trickle(backlog, preparation, disk, limits, logger);
  const pace = new Pace(disk, logger);
  const inputs = new RenderedInput(index, new ViewOfObjects(registry, index));
  const runner = new Runner(inputs, index, registry, {} as WaysOut, logger);
  const settler = new Settler(disk as unknown as JournalPort, logger);
  const switchedOff: string[] = [];
  const noteSwitchOff = ({ type, key }: ObjectName, { reason }: { readonly reason: string }) => {
    switchedOff.push(`${type}/${key} ${reason}`);
    return Promise.resolve();
  };
  const { switchOff = noteSwitchOff, removeSpentTask = nothing } = options;
  const resources = { switchOff, removeSpentTask } as unknown as ResourceService;
  const dispatcher = new Dispatcher(
    lanes,
    backlog,
    preparation,
    pace,
    runner,
    settler,
    health,
    trickle,
    resources,
    limits,
    logger,
  );
  return {
    ...{
      disk,
      logged,
      logger,
      registry,
      index,
      backlog,
      lanes,
      settler,
      dispatcher,
      health,
      notices,
      switchedOff,
    },
    heldRuns: new HeldRuns(backlog, health, trickle, registry, notices, preparation, disk),
    recovery: new Recovery(registry, settler, disk, logger),
    spentTasks: new SpentTasks(index, resources, settler, disk, logger),
    /** `lamp/<key>` for each key. */
    lamps(...keys: readonly string[]): readonly string[] {
      const object = { type: 'lamp', tags: [], settings: {}, enabled: true, managedBy: 'api' } as const;
      const at = { createdAt: 1, updatedAt: 1, changedAt: 1 };
      for (const key of keys) {
        index.change({ kind: 'object', put: { ...object, ...at, key, name: key } });
      }
      return keys.map((key) => `lamp/${key}`);
    },
    report(state: 'starting' | 'up' | 'down'): void {
      registry.report('lamps', { state, restarts: 0 });
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await dispatcher.stop();
      await settler.close();
    },
  };
}

function lampPlugin({
  light = nothing,
  concurrency = 1,
  minGapMs = 0,
  policy = {},
  starts = false,
}: HouseOptions) {
  const lamp = defineObjectType({
    name: 'lamp',
    label: 'Lamp',
    events: { lit: z.json() },
    actions: {
      light: {
        label: 'Light',
        input: z.object({}),
        idempotent: true,
        policy: () => ({ concurrency, minGapMs, timeoutMs: 60_000, ...policy }),
        run: light,
      },
    },
  });
  const plugin = definePlugin({ name: 'lamps', api: '^1.0.0', types: [lamp] });
  return starts ? { ...plugin, start: () => undefined } : plugin;
}

function nothing(): Promise<void> {
  return Promise.resolve();
}

import { Module, type DynamicModule } from '@nestjs/common';
import { Backlog } from './dispatch/backlog.ts';
import { ByHand } from './dispatch/by-hand.ts';
import { Dispatcher } from './dispatch/dispatcher.ts';
import { FailureLog } from './dispatch/failure-log.ts';
import { HeldRuns } from './dispatch/held-runs.ts';
import { Lanes } from './dispatch/lanes.ts';
import { ObjectTester } from './dispatch/object-tester.ts';
import { Pace } from './dispatch/pace.ts';
import { Preparation } from './dispatch/preparation.ts';
import { Recovery } from './dispatch/recovery.ts';
import { RenderedInput } from './dispatch/rendered-input.ts';
import { RunControl } from './dispatch/run-control.ts';
import { RunWaits } from './dispatch/run-waits.ts';
import { Runner } from './dispatch/runner.ts';
import { Settler } from './dispatch/settler.ts';
import { SpentTasks } from './dispatch/spent-tasks.ts';
import { Explainer } from './explain/explainer.ts';
import { InboundEndpoints } from './inbound/inbound-endpoints.ts';
import { TargetHealth } from './dispatch/target-health.ts';
import { Trickle } from './dispatch/trickle.ts';
import { TargetPreview } from './dispatch/target-preview.ts';
import { systemClock, type Clock } from '../sdk/index.ts';
import { CLOCK } from './clock.ts';
import { Kernel } from './kernel.ts';
import { LiveFeed } from './live/live-feed.ts';
import { KERNEL_LIMITS, type KernelLimits } from './limits.ts';
import { KERNEL_LOGGER, type KernelLogger } from './logger.ts';
import { Announcer } from './notices/announcer.ts';
import { ToldChanges } from './notices/told-changes.ts';
import { Notices } from './notices/notices.ts';
import { KernelPluginHost } from './plugins/kernel-plugin-host.ts';
import { Mounts } from './plugins/mounts.ts';
import { PLUGIN_HOST } from './plugins/plugin-host.ts';
import { PluginRegistry } from './plugins/plugin-registry.ts';
import { ObjectAnswers } from './resources/object-answers.ts';
import { ObjectViews } from './resources/object-views.ts';
import { Outbox } from './resources/outbox.ts';
import { ResourceIndex } from './resources/resource-index.ts';
import { ResourceService } from './resources/resource.service.ts';
import { Planner } from './routing/planner.ts';
import { TaskTargets } from './routing/task-targets.ts';
import { ViewOfObjects } from './routing/view-of-objects.ts';
import { Keyring, SECRET_KEY_SOURCE } from './secrets/keyring.ts';
import { RecordSeal } from './secrets/record-seal.ts';
import { keysInMemory, type SecretKeySource } from './secrets/secret-key-source.ts';
import { StoreSeal } from './secrets/store-seal.ts';
import { EventStream } from './stream/event-stream.ts';
import { Subjects } from './stream/subjects.ts';

const open = [
  CLOCK,
  KERNEL_LOGGER,
  KERNEL_LIMITS,
  PLUGIN_HOST,
  Kernel,
  Mounts,
  Notices,
  PluginRegistry,
  ObjectAnswers,
  ResourceIndex,
  ResourceService,
  EventStream,
  InboundEndpoints,
  RunControl,
  RunWaits,
  ByHand,
  ObjectTester,
  TargetHealth,
  TargetPreview,
  Explainer,
  LiveFeed,
  Dispatcher,
  StoreSeal,
];
const inner = [
  Announcer,
  Backlog,
  FailureLog,
  HeldRuns,
  Keyring,
  Lanes,
  ObjectViews,
  Outbox,
  Pace,
  Planner,
  Preparation,
  RecordSeal,
  Recovery,
  RenderedInput,
  Runner,
  Settler,
  SpentTasks,
  Subjects,
  TaskTargets,
  ToldChanges,
  Trickle,
  ViewOfObjects,
];

/** The microkernel: stream, plan, commit, dispatch, run, settle. It knows no plugin by name. */
@Module({})
export class KernelModule {
  static forRoot(options: {
    readonly limits: KernelLimits;
    readonly logger: KernelLogger;
    /** Default: that of the machine. */
    readonly clock?: Clock | undefined;
    /** Default: made anew each time, for a storage that keeps nothing. */
    readonly keys?: SecretKeySource | undefined;
  }): DynamicModule {
    return {
      module: KernelModule,
      global: true,
      providers: [
        { provide: CLOCK, useValue: options.clock ?? systemClock },
        { provide: SECRET_KEY_SOURCE, useValue: options.keys ?? keysInMemory() },
        { provide: KERNEL_LIMITS, useValue: options.limits },
        { provide: KERNEL_LOGGER, useValue: options.logger },
        { provide: PLUGIN_HOST, useClass: KernelPluginHost },
        ...open.filter((provider) => typeof provider === 'function'),
        ...inner,
      ],
      exports: open,
    };
  }
}

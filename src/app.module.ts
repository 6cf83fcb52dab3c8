import { Inject, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { ScheduleModule } from '@nestjs/schedule';
import { join } from 'node:path';
import { ApiModule } from './api/api.module.ts';
import { ConfigApplier } from './config/apply-config.ts';
import { ConfigModule } from './config/config.module.ts';
import { describeLeftover } from './config/leftovers.ts';
import type { LoadedConfig } from './config/load-config.ts';
import { actingAs } from './kernel/audit/acting.ts';
import { EgressModule } from './kernel/egress/egress.module.ts';
import type { EgressOptions } from './kernel/egress/egress-http.ts';
import { Kernel } from './kernel/kernel.ts';
import { KernelModule } from './kernel/kernel.module.ts';
import type { KernelLimits } from './kernel/limits.ts';
import { KERNEL_LOGGER, type KernelLogger } from './kernel/logger.ts';
import type { LoadedPlugin } from './kernel/plugins/plugin-loader.ts';
import { PluginModule } from './kernel/plugins/plugin.module.ts';
import { RetentionModule } from './kernel/retention/retention.module.ts';
import { ResourceService } from './kernel/resources/resource.service.ts';
import { PersistenceModule } from './persistence/persistence.module.ts';
import type { SecretKeySource } from './kernel/secrets/secret-key-source.ts';
import type { Clock } from './sdk/index.ts';

export interface AppOptions {
  readonly loaded: LoadedConfig;
  readonly plugins: readonly LoadedPlugin[];
  readonly limits: KernelLimits;
  readonly egress: EgressOptions;
  readonly logger: KernelLogger;
  readonly adminToken: string | undefined;
  readonly keys: SecretKeySource;
  /** Default: that of the machine. */
  readonly clock?: Clock | undefined;
}

const LOADED_CONFIG = Symbol('LoadedConfig');

/** The one list of modules. */
@Module({})
export class AppModule implements OnModuleInit {
  static forRoot({
    loaded,
    plugins,
    limits,
    egress,
    logger,
    adminToken,
    keys,
    clock,
  }: AppOptions): DynamicModule {
    const { store, data, retention } = loaded.config;
    return {
      module: AppModule,
      imports: [
        EventEmitterModule.forRoot(),
        ScheduleModule.forRoot(),
        PersistenceModule.forRoot({ url: store.url, dataDir: data, logger }),
        EgressModule.forRoot(egress),
        KernelModule.forRoot({ limits, logger, clock, keys }),
        RetentionModule.forRoot(retention),
        ...plugins.map((plugin) => PluginModule.for(plugin)),
        ConfigModule,
        ApiModule.register({
          adminToken,
          setupFile: join(data, 'setup-token'),
          types: plugins.flatMap(({ plugin }) => plugin.types),
          imports: [ConfigModule],
        }),
      ],
      providers: [{ provide: LOADED_CONFIG, useValue: loaded }],
    };
  }

  constructor(
    private readonly kernel: Kernel,
    private readonly applier: ConfigApplier,
    private readonly resources: ResourceService,
    @Inject(LOADED_CONFIG) private readonly loaded: LoadedConfig,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  /**
   * Nest initialises the root module last: all object types are declared by now, no plugin has started and nobody
   * listens yet. The kernel itself is started by whoever makes the server listen.
   */
  async onModuleInit(): Promise<void> {
    await this.kernel.load();
    const {
      leftovers,
      applied: _,
      ...counts
    } = await actingAs({ kind: 'config' }, () => this.applier.apply(this.loaded));
    if (counts.created + counts.updated + counts.adopted > 0)
      this.logger.info(counts, 'Configuration applied');
    for (const error of await this.resources.putReadyMade())
      this.logger.error({ err: error }, 'An object that a plugin brings along cannot be put');
    // Files without any resource say nothing of them: they are applied to the running server.
    if (this.loaded.resources.length === 0) return;
    for (const ref of leftovers) this.logger.warn({}, describeLeftover(ref));
  }
}

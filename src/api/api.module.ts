import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import type { AnyObjectType } from '../sdk/index.ts';
import { AuditController } from './audit/audit.controller.ts';
import { collectionControllers } from './collections/collection.controller.ts';
import { ConfigController } from './config/config.controller.ts';
import { AuthGuard } from './auth/auth.guard.ts';
import { Attempts } from './auth/attempts.ts';
import { AUTH_OPTIONS, type AuthOptions } from './auth/auth-options.ts';
import { Authenticator } from './auth/authenticator.ts';
import { IdentityDirectory } from './auth/identity-directory.ts';
import { Passwords } from './auth/password.ts';
import { SetupState } from './auth/setup-state.ts';
import { ProblemFilter } from './errors/problem.filter.ts';
import { EventsController } from './events/events.controller.ts';
import { ExplainController } from './explain/explain.controller.ts';
import { HealthController } from './health/health.controller.ts';
import { HealthReportController } from './health/health-report.controller.ts';
import { InboundController } from './inbound/inbound.controller.ts';
import { MetricsController } from './metrics/metrics.controller.ts';
import { Metrics } from './metrics/metrics.ts';
import { Objects } from './objects/objects.ts';
import { ObjectsController } from './objects/objects.controller.ts';
import { OpenApi } from './openapi/openapi.ts';
import { DocsController } from './openapi/docs.controller.ts';
import { OpenApiController } from './openapi/openapi.controller.ts';
import { PluginsController } from './plugins/plugins.controller.ts';
import { ResourceEditor } from './resources/resource-editor.ts';
import { BulkRunsController } from './runs/bulk-runs.controller.ts';
import { Runs } from './runs/runs.ts';
import { RunsController } from './runs/runs.controller.ts';
import { SecretsController } from './secrets/secrets.controller.ts';
import { SessionController } from './session/session.controller.ts';
import { Sessions } from './session/sessions.ts';
import { SetupController } from './setup/setup.controller.ts';
import { Setup } from './setup/setup.ts';
import { defaultStreamLimits, STREAM_LIMITS, type StreamLimits } from './stream/stream-limits.ts';
import { StreamReaders } from './stream/stream-readers.ts';
import { StreamController } from './stream/stream.controller.ts';
import { TagsController } from './tags/tags.controller.ts';
import { TaskLogsController } from './task-logs/task-logs.controller.ts';
import { TasksController } from './tasks/tasks.controller.ts';
import { TokensController } from './tokens/tokens.controller.ts';
import { Tokens } from './tokens/tokens.ts';
import { triggerControllers } from './triggers/trigger-collection.controller.ts';
import { Triggers } from './triggers/triggers.ts';
import { TriggersController } from './triggers/triggers.controller.ts';
import { TypesController } from './types/types.controller.ts';
import { UsersController } from './users/users.controller.ts';
import { Users } from './users/users.ts';
import { viewControllers } from './views/view-controller.ts';
import { DtoPipe } from './validation/dto.pipe.ts';
import { QueryGuard } from './validation/query.guard.ts';

export interface ApiModuleOptions extends AuthOptions {
  /** Modules that provide the kernel and the ports, unless they are global. */
  readonly imports?: NonNullable<DynamicModule['imports']>;
  /** Object types whose views are shown. */
  readonly types?: readonly AnyObjectType[];
  readonly stream?: Partial<StreamLimits>;
}

/**
 * The REST API. Its guard, filter and pipe are global: they stand before the controllers that plugins bring, too.
 */
@Module({})
export class ApiModule {
  static register({
    imports = [],
    adminToken,
    setupFile,
    types = [],
    stream,
  }: ApiModuleOptions = {}): DynamicModule {
    return {
      module: ApiModule,
      imports: [...imports, TerminusModule.forRoot({ logger: false })],
      controllers: [
        AuditController,
        ConfigController,
        EventsController,
        ExplainController,
        InboundController,
        BulkRunsController,
        RunsController,
        ObjectsController,
        TagsController,
        TasksController,
        TaskLogsController,
        TriggersController,
        TypesController,
        PluginsController,
        SecretsController,
        SessionController,
        SetupController,
        TokensController,
        UsersController,
        StreamController,
        MetricsController,
        OpenApiController,
        DocsController,
        HealthController,
        HealthReportController,
        ...types.flatMap(collectionControllers),
        ...types.flatMap(viewControllers),
        ...triggerControllers(types),
      ],
      providers: [
        { provide: AUTH_OPTIONS, useValue: { adminToken, setupFile } satisfies AuthOptions },
        { provide: STREAM_LIMITS, useValue: { ...defaultStreamLimits, ...stream } satisfies StreamLimits },
        Authenticator,
        Attempts,
        IdentityDirectory,
        Passwords,
        Sessions,
        Setup,
        SetupState,
        Tokens,
        Users,
        Objects,
        Runs,
        Triggers,
        ResourceEditor,
        StreamReaders,
        Metrics,
        OpenApi,
        { provide: APP_GUARD, useClass: AuthGuard },
        { provide: APP_GUARD, useClass: QueryGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_PIPE, useClass: DtoPipe },
      ],
      exports: [OpenApi, Setup, SetupState],
    };
  }
}

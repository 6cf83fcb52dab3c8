import { Global, Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventEmitterModule } from '@nestjs/event-emitter';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiModule } from '../../src/api/api.module.ts';
import { createFastifyAdapter } from '../../src/api/http-server.ts';
import type { HttpLimits } from '../../src/api/http/http-limits.ts';
import type { ApiModuleOptions } from '../../src/api/api.module.ts';
import { Backlog } from '../../src/kernel/dispatch/backlog.ts';
import { RunControl } from '../../src/kernel/dispatch/run-control.ts';
import { defaultLimits, KERNEL_LIMITS } from '../../src/kernel/limits.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../../src/kernel/logger.ts';
import { Notices } from '../../src/kernel/notices/notices.ts';
import { PluginRegistry } from '../../src/kernel/plugins/plugin-registry.ts';
import {
  HISTORY,
  JOURNAL,
  RESOURCE_STORE,
  RUN_QUEUE,
  STORE_HEALTH,
  TOKEN_STORE,
} from '../../src/kernel/ports.ts';
import { ResourceIndex } from '../../src/kernel/resources/resource-index.ts';
import { ResourceService } from '../../src/kernel/resources/resource.service.ts';
import { Planner } from '../../src/kernel/routing/planner.ts';
import { ViewOfObjects } from '../../src/kernel/routing/view-of-objects.ts';
import { EventStream } from '../../src/kernel/stream/event-stream.ts';
import { taskPlugin } from '../../src/kernel/task-type.ts';
import type { AnyPlugin } from '../../src/sdk/index.ts';
import { MemoryStorage } from './memory-storage.ts';

export const adminToken = 'test-admin-token-0123456789';

/** What was logged, `<level> <message>` and the fields. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: object;
}

/** The API over the real kernel, without dispatcher, on storage in memory. */
export interface ApiApp extends AsyncDisposable {
  readonly app: NestFastifyApplication;
  readonly storage: MemoryStorage;
  readonly registry: PluginRegistry;
  readonly log: readonly LogLine[];
  /** Sends JSON as the admin; `body` goes as it is when it is a string. */
  send(
    method: string,
    url: string,
    body?: unknown,
    headers?: Record<string, string | undefined>,
  ): Promise<ApiReply>;
}

export interface ApiReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- specs look into what came
  readonly body: any;
}

export interface ApiAppOptions extends ApiModuleOptions {
  readonly storage?: MemoryStorage;
  readonly http?: Partial<HttpLimits>;
  /** As plugins would bring them. */
  readonly controllers?: NonNullable<DynamicModule['controllers']>;
}

export async function startApi(
  plugins: readonly AnyPlugin[],
  options: ApiAppOptions = { adminToken },
): Promise<ApiApp> {
  const storage = options.storage ?? new MemoryStorage();
  const log: LogLine[] = [];
  const { controllers = [], http, ...apiOptions } = options;
  const adapter = createFastifyAdapter(http);
  const root = {
    module: RootOfSpecs,
    imports: [ApiModule.register({ ...apiOptions, imports: [kernel(storage, log)] })],
    controllers,
  };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: false,
    abortOnError: false,
  });
  const registry = app.get(PluginRegistry);
  for (const plugin of [taskPlugin, ...plugins]) registry.register(plugin);
  await app.init();
  await adapter.getInstance().ready();
  return {
    app,
    storage,
    registry,
    log,
    async send(method, url, body, headers = {}) {
      const given: Record<string, string | undefined> = {
        authorization: `Bearer ${adminToken}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      };
      const answer = await app.inject({
        method: method as 'GET',
        url,
        headers: Object.fromEntries(
          Object.entries(given).filter(([, value]) => value !== undefined),
        ) as Record<string, string>,
        ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const parsed: unknown = answer.body === '' ? undefined : JSON.parse(answer.body);
      return { status: answer.statusCode, headers: answer.headers, body: parsed };
    },
    async [Symbol.asyncDispose]() {
      app.get(Backlog).stop();
      await app.close();
    },
  };
}

@Module({})
class RootOfSpecs {}

@Global()
@Module({})
class KernelOfSpecs {}

function kernel(storage: MemoryStorage, log: LogLine[]): DynamicModule {
  const ports = [HISTORY, JOURNAL, RESOURCE_STORE, RUN_QUEUE, STORE_HEALTH, TOKEN_STORE];
  const providers = [
    ...ports.map((provide) => ({ provide, useValue: storage })),
    { provide: KERNEL_LIMITS, useValue: defaultLimits },
    { provide: KERNEL_LOGGER, useValue: recorder(log) },
    ...[
      Backlog,
      EventStream,
      Notices,
      Planner,
      PluginRegistry,
      ResourceIndex,
      ResourceService,
      RunControl,
      ViewOfObjects,
    ],
  ];
  return { module: KernelOfSpecs, imports: [EventEmitterModule.forRoot()], providers, exports: providers };
}

function recorder(log: LogLine[]): KernelLogger {
  const write = (level: string) => (fields: object, message: string) => {
    log.push({ level, message, fields });
  };
  const logger: KernelLogger = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: () => logger,
  };
  return logger;
}

import { Global, Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventEmitterModule } from '@nestjs/event-emitter';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiModule } from '../../src/api/api.module.ts';
import { OpenApi } from '../../src/api/openapi/openapi.ts';
import { createFastifyAdapter } from '../../src/api/http-server.ts';
import type { HttpLimits } from '../../src/api/http/http-limits.ts';
import type { ApiModuleOptions } from '../../src/api/api.module.ts';
import { AUDIT } from '../../src/kernel/audit/audit-port.ts';
import { ConfigModule } from '../../src/config/config.module.ts';
import { EgressModule } from '../../src/kernel/egress/egress.module.ts';
import { IDENTITY_STORE } from '../../src/kernel/identity-store.ts';
import { KernelModule } from '../../src/kernel/kernel.module.ts';
import { defaultLimits } from '../../src/kernel/limits.ts';
import type { KernelLogger } from '../../src/kernel/logger.ts';
import { PluginRegistry } from '../../src/kernel/plugins/plugin-registry.ts';
import {
  HISTORY,
  JOURNAL,
  RESOURCE_STORE,
  RUN_QUEUE,
  STORE_HEALTH,
  TARGET_HEALTH,
  type RunQueuePort,
} from '../../src/kernel/ports.ts';
import { taskPlugin } from '../../src/kernel/task-type.ts';
import { StoreSeal } from '../../src/kernel/secrets/store-seal.ts';
import type { AnyPlugin } from '../../src/sdk/index.ts';
import { MemoryAudit } from './memory-audit.ts';
import { checkDocumented } from './documented-answer.ts';
import { MemoryDisk } from './memory-disk.ts';
import { MemoryIdentities } from './memory-identities.ts';
import { MemorySecrets } from './memory-secrets.ts';
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
  readonly identities: MemoryIdentities;
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
  readonly identities?: MemoryIdentities;
  readonly http?: Partial<HttpLimits>;
  /** As plugins would bring them. */
  readonly controllers?: NonNullable<DynamicModule['controllers']>;
}

export async function startApi(
  plugins: readonly AnyPlugin[],
  options: ApiAppOptions = { adminToken },
): Promise<ApiApp> {
  const storage = options.storage ?? new MemoryStorage();
  const identities = options.identities ?? new MemoryIdentities();
  const log: LogLine[] = [];
  const { controllers = [], http, ...apiOptions } = options;
  const adapter = createFastifyAdapter(http);
  const root = {
    module: RootOfSpecs,
    imports: [
      ...kernel({ storage, identities, log }),
      ApiModule.register({
        types: plugins.flatMap(({ types }) => types),
        ...apiOptions,
        imports: [ConfigModule],
      }),
    ],
    controllers,
  };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: false,
    abortOnError: false,
  });
  app.get(OpenApi).describe(app);
  const registry = app.get(PluginRegistry);
  for (const plugin of [taskPlugin, ...plugins]) registry.register(plugin);
  await app.init();
  // The specs look at what is stored, so it is not sealed; but the keys are there.
  await app
    .get(StoreSeal)
    .around({ ...storagePorts(storage), secrets: new MemorySecrets() })
    .resources.load();
  await adapter.getInstance().ready();
  return {
    app,
    storage,
    identities,
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
      const isJson = String(answer.headers['content-type']).includes('json');
      const parsed: unknown = isJson && answer.body !== '' ? JSON.parse(answer.body) : undefined;
      const contentType = answer.headers['content-type'];
      checkDocumented({ method, path: url, status: answer.statusCode, contentType, body: parsed });
      return { status: answer.statusCode, headers: answer.headers, body: parsed };
    },
    async [Symbol.asyncDispose]() {
      await app.close();
    },
  };
}

function storagePorts(storage: MemoryStorage) {
  return {
    resources: storage,
    journal: storage,
    queue: storage as unknown as RunQueuePort,
    history: storage,
  };
}

@Module({})
class RootOfSpecs {}

/** The kernel as it is, but never started: runs stay pending. */
function kernel({
  storage,
  identities,
  log,
}: {
  readonly storage: MemoryStorage;
  readonly identities: MemoryIdentities;
  readonly log: LogLine[];
}): NonNullable<DynamicModule['imports']> {
  return [
    EventEmitterModule.forRoot(),
    PortsOfSpecs.of(storage, identities),
    EgressModule.forRoot({ allow: [], own: [] }),
    KernelModule.forRoot({ limits: defaultLimits, logger: recorder(log) }),
  ];
}

@Global()
@Module({})
class PortsOfSpecs {
  static of(storage: MemoryStorage, identities: MemoryIdentities): DynamicModule {
    const ports = [HISTORY, JOURNAL, RESOURCE_STORE, RUN_QUEUE, STORE_HEALTH];
    const providers = [
      ...ports.map((provide) => ({ provide, useValue: storage })),
      { provide: AUDIT, useValue: new MemoryAudit() },
      { provide: IDENTITY_STORE, useValue: identities },
      { provide: TARGET_HEALTH, useValue: new MemoryDisk().health },
    ];
    return { module: PortsOfSpecs, providers, exports: providers };
  }
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

import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AddressInfo } from 'node:net';
import { SetupState } from './api/auth/setup-state.ts';
import { OpenApi } from './api/openapi/openapi.ts';
import { createFastifyAdapter } from './api/http-server.ts';
import { Setup } from './api/setup/setup.ts';
import { AppModule } from './app.module.ts';
import type { Config } from './config/config-schema.ts';
import { loadConfiguredPlugins } from './config/configured-plugins.ts';
import { loadConfig, type LoadOptions } from './config/load-config.ts';
import { secretKeySource } from './config/secret-key-source.ts';
import { EgressHttp } from './kernel/egress/egress-http.ts';
import { Kernel } from './kernel/kernel.ts';
import { defaultLimits, type KernelLimits } from './kernel/limits.ts';
import { Mounts } from './kernel/plugins/mounts.ts';
import { Notices } from './kernel/notices/notices.ts';
import type { LoadedPlugin } from './kernel/plugins/plugin-loader.ts';
import { taskPlugin } from './kernel/task-type.ts';
import type { Clock } from './sdk/index.ts';
import { createLog, kernelLogger, nestLogger } from './server-log.ts';

/** A Signalbox that listens. */
export interface RunningSignalbox {
  /** Where it is reached: `http://127.0.0.1:4280`. */
  readonly url: string;
  /** Absolute path of the data folder. */
  readonly data: string;
  /** Absolute paths of the configuration files. */
  readonly configFiles: readonly string[];
  /** What the first user is made with, where there is nobody yet who could let others in. */
  readonly setupToken: string | undefined;
  readonly notices: Notices;
  /** Lets runs end, puts back what does not, and closes everything. */
  stop(): Promise<void>;
}

/** Starts the whole server; it listens when the promise resolves. Throws SignalboxError with what to do. */
export async function startSignalbox(
  options: LoadOptions,
  /** The machine's clock by default; tests bring one that they can move. */
  { clock }: { readonly clock?: Clock | undefined } = {},
): Promise<RunningSignalbox> {
  const loaded = loadConfig(options);
  const { config } = loaded;
  const log = createLog({ level: config.log.level, readable: process.stdout.isTTY });
  for (const warning of loaded.warnings) log.warn(warning);
  const plugins = await loadConfiguredPlugins(loaded);
  const keys = await secretKeySource(config.secrets.keyFile, options.env);
  const module = AppModule.forRoot({
    loaded,
    plugins: [kernelsOwn, ...plugins],
    limits: limitsOf(config),
    egress: {
      allow: config.egress.allow,
      own: [...listener(config.server), ...databaseAddress(config.store.url)],
    },
    logger: kernelLogger(log),
    adminToken: options.env['SIGNALBOX_ADMIN_TOKEN'],
    keys,
    clock,
  });
  const adapter = createFastifyAdapter();
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: nestLogger(log),
    abortOnError: false,
  });
  app.get(OpenApi).describe(app);
  const setup = app.get(SetupState);
  adapter.leadTo(app.get(Mounts), () => setup.problem());
  try {
    await app.listen(config.server.port, config.server.host);
    const { port } = app.getHttpServer().address() as AddressInfo;
    if (config.server.port === 0) app.get(EgressHttp).protect({ address: config.server.host, port });
    // Only now: a start that fails, say because the port is taken, must not have done half of somebody's work.
    await app.get(Kernel).start();
    const setupToken = await app.get(Setup).open();
    return running(app, { loaded, port, setupToken });
  } catch (error) {
    await app.close();
    throw error;
  }
}

const kernelsOwn: LoadedPlugin = { plugin: taskPlugin, settings: {}, use: 'task' };

function running(
  app: NestFastifyApplication,
  {
    loaded,
    port,
    setupToken,
  }: {
    readonly loaded: ReturnType<typeof loadConfig>;
    readonly port: number;
    readonly setupToken: string | undefined;
  },
): RunningSignalbox {
  const { server, data } = loaded.config;
  return {
    url: `http://${urlHost(server.host)}:${String(port)}`,
    data,
    configFiles: loaded.files,
    setupToken,
    notices: app.get(Notices),
    stop: async () => {
      await app.get(Kernel).drain();
      await app.close();
    },
  };
}

function limitsOf({ limits }: Config): KernelLimits {
  const { ingest, routing, dispatch } = defaultLimits;
  return {
    ingest: { ...ingest, maxWaiting: limits.maxWaitingEvents, patienceMs: limits.ingestPatienceMs },
    routing: { ...routing, maxDepth: limits.maxDepth, maxRegistered: limits.registeredObjects },
    dispatch: {
      ...dispatch,
      concurrency: limits.maxConcurrentRuns,
      memoryRuns: limits.memoryRuns,
      memoryRunsPerTarget: limits.memoryRunsPerTarget,
      graceMs: limits.shutdownGraceMs,
    },
  };
}

/** Known before it listens, so that what waited since the last stop is not sent here either. */
function listener({ host, port }: Config['server']): readonly { address: string; port: number }[] {
  return port === 0 ? [] : [{ address: host, port }];
}

/** Actions must not reach the database that Signalbox itself uses. */
function databaseAddress(url: string): readonly { address: string; port: number }[] {
  if (!url.startsWith('postgres')) return [];
  const { hostname, port } = new URL(url);
  return [{ address: hostname, port: port === '' ? 5432 : Number(port) }];
}

/** How the host stands in a URL; an address that means "all" is reached through loopback. */
function urlHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

import { SignalboxError } from '../domain/errors.ts';
import { parseAllowList } from '../kernel/egress/allow-list.ts';
import { defaultLimits } from '../kernel/limits.ts';
import { z } from '../sdk/index.ts';
import { resourceSections } from './resource-schema.ts';

/* The configuration file. The descriptions reach people through the JSON Schema, in their editors. */

const count = (least: number) => z.int().min(least).max(10_000_000);

const server = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .describe('Address to listen on; 0.0.0.0 for all of IPv4, "::" for all.'),
    port: z.int().min(0).max(65_535).default(4280).describe('TCP port to listen on; 0 for any free one.'),
  })
  .describe('Where the API listens.');

const store = z
  .strictObject({
    url: z
      .string()
      .regex(/^(?:sqlite:.|postgres(?:ql)?:\/\/.)/, {
        error: 'must be sqlite:FILE or postgresql://USER:PASSWORD@HOST/DATABASE',
      })
      .optional()
      .describe(
        'sqlite:FILE or postgresql://USER:PASSWORD@HOST/DATABASE. Default: signalbox.db in the data folder.',
      ),
  })
  .describe('Where events, runs and resources are kept.');

const secrets = z
  .strictObject({
    keyFile: z
      .string()
      .min(1)
      .optional()
      .describe(
        'File with the key that secrets in settings are sealed with; made at the first start. Default: secret.key in the data folder. Keep a copy apart from the database.',
      ),
  })
  .describe('What secrets in the database are sealed with.');

const retention = z
  .strictObject({
    days: z
      .int()
      .min(1)
      .max(36_500)
      .default(30)
      .describe('Days after which events, and runs that have ended, are deleted.'),
    rows: z
      .int()
      .min(1)
      .max(1_000_000_000)
      .default(1_000_000)
      .describe('Of more events or more runs than this, the oldest are deleted earlier.'),
  })
  .describe('How long events and runs are kept. Pending, running and held runs always are.');

const plugin = z.union([
  z.string().min(1),
  z.strictObject({
    use: z
      .string()
      .min(1)
      .describe(
        'Name of a plugin that comes with Signalbox, npm package, or path of a file (./my/heartbeat.ts).',
      ),
    settings: z.record(z.string(), z.unknown()).nullish().describe('Settings, as the plugin declares them.'),
  }),
]);

/** Says what the egress policy itself would say of an entry. */
function checkAllowed(entry: string, context: z.core.$RefinementCtx<string>): void {
  try {
    parseAllowList([entry]);
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    context.addIssue({ code: 'custom', message: error.message.replace(/^egress\.allow\[0\]: /, '') });
  }
}

const egress = z
  .strictObject({
    allow: z
      .array(z.string().superRefine(checkAllowed))
      .default([])
      .describe(
        'Private networks that may be reached: CIDR, or CIDR:port, such as 10.0.0.0/8, 192.168.1.10/32:8443, [fd00::/8]:443.',
      ),
  })
  .describe('What actions may connect to. Public addresses may be; private ones must be named here.');

const limits = z
  .strictObject({
    maxConcurrentRuns: count(1)
      .default(defaultLimits.dispatch.concurrency)
      .describe(
        'Runs at one time, over all targets. Half of them are kept for targets with nothing at work.',
      ),
    maxWaitingEvents: count(1)
      .default(defaultLimits.ingest.maxWaiting)
      .describe('Events that may wait to be stored; more are answered with 503.'),
    ingestPatienceMs: count(0)
      .default(defaultLimits.ingest.patienceMs)
      .describe('How long a request waits for its turn before it is answered with 503, ms.'),
    memoryRuns: count(1)
      .default(defaultLimits.dispatch.memoryRuns)
      .describe('Ready runs that memory holds; the rest wait in the store.'),
    memoryRunsPerTarget: count(1)
      .default(defaultLimits.dispatch.memoryRunsPerTarget)
      .describe('Ready runs that memory holds of one target.'),
    maxDepth: z
      .int()
      .min(0)
      .max(1_000)
      .default(defaultLimits.routing.maxDepth)
      .describe('How many causes an event may have before it: what is set off by more is stopped.'),
    registeredObjects: count(0)
      .default(defaultLimits.routing.maxRegistered)
      .describe('Objects of one type that may come into being by events that name them.'),
    shutdownGraceMs: count(0)
      .default(defaultLimits.dispatch.graceMs)
      .describe('How long a shutdown waits for running actions before it aborts them, ms.'),
  })
  .describe('How much of everything at one time.');

const log = z
  .strictObject({
    level: z
      .enum(['debug', 'info', 'warn', 'error', 'silent'])
      .default('info')
      .describe('The least important lines to write.'),
  })
  .describe('What the server writes about its work.');

/** The sections whose single values can also be set from the environment. */
export const scalarSections = { server, store, retention, limits, log };

const defaultPlugins = [
  'vm',
  'user',
  'tenant',
  'sync',
  'alarm',
  'system',
  'cmdb',
  'route',
  'schedule',
  'webhook',
  'email',
  'alertmanager',
  'netbox',
  'github',
  'generic',
];

export const configSchema = z
  .strictObject({
    $schema: z.string().optional().describe('JSON Schema of this file, for editors.'),
    server: server.prefault({}),
    data: z
      .string()
      .min(1)
      .default('./data')
      .describe(
        'Folder for what Signalbox keeps: the database, keys. A relative path in this file starts at its folder.',
      ),
    store: store.prefault({}),
    secrets: secrets.prefault({}),
    retention: retention.prefault({}),
    plugins: z
      .array(plugin)
      .default(defaultPlugins)
      .describe('The plugins to load; each brings object types.'),
    egress: egress.prefault({}),
    limits: limits.prefault({}),
    log: log.prefault({}),
    ...resourceSections,
  })
  .meta({ title: 'Signalbox configuration' });

type Parsed = z.output<typeof configSchema>;

/** What the configuration says of the server itself: paths absolute, defaults filled in. */
export interface Config extends Pick<Parsed, 'server' | 'retention' | 'egress' | 'limits' | 'log'> {
  /** Absolute. */
  readonly data: string;
  /** SQLite files are absolute. */
  readonly store: { readonly url: string };
  /** Absolute. */
  readonly secrets: { readonly keyFile: string };
  readonly plugins: readonly PluginEntry[];
}

export interface PluginEntry {
  readonly use: string;
  readonly settings?: Readonly<Record<string, unknown>>;
}

export type ParsedConfig = Parsed;

import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { SignalboxError } from '../domain/errors.ts';
import type { Config, ParsedConfig, PluginEntry } from './config-schema.ts';
import type { ConfigSource } from './config-source.ts';
import { errno } from './errno.ts';
import {
  commandLineOverrides,
  type ConfigOverrides,
  type Environment,
  environmentOverrides,
  environmentWarnings,
} from './overrides.ts';
import { parseConfig } from './parse-config.ts';
import { type ConfiguredResource, configuredResources } from './resource-inputs.ts';
import type { Path } from './source-tree.ts';

const DEFAULT_FILE = 'config/signalbox.yaml';

export interface LoadOptions {
  /** The configuration file. Default: `SIGNALBOX_CONFIG`, or `config/signalbox.yaml` if there is one. */
  readonly file?: string | undefined;
  readonly env: Environment;
  /** What the command line says; it goes before the environment, which goes before the file. */
  readonly overrides?: ConfigOverrides | undefined;
  /** Working directory. Default: that of the process. */
  readonly cwd?: string | undefined;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Absolute. Absent when there is no file. */
  readonly file?: string;
  /** Folder that relative paths in the file start at: that of the file, or the working directory without one. */
  readonly dir: string;
  /** What to apply, each resource after those that it may name. */
  readonly resources: readonly ConfiguredResource[];
  /** To be written to the log. */
  readonly warnings: readonly string[];
  /** Tells file, line and column of any value: `source.locate(['server', 'port'])`. */
  readonly source: ConfigSource;
}

/**
 * Reads the configuration: file, then environment, then command line. Throws CONFIG_INVALID with every problem and
 * its place. Nothing is changed anywhere yet: resources are applied by `ConfigApplier`.
 */
export function loadConfig({
  file: asked,
  env,
  overrides = {},
  cwd = process.cwd(),
}: LoadOptions): LoadedConfig {
  const wanted = asked ?? (env['SIGNALBOX_CONFIG'] === '' ? undefined : env['SIGNALBOX_CONFIG']);
  const path = resolve(cwd, wanted ?? DEFAULT_FILE);
  const file = readConfigFile(path, { name: displayName(path, cwd), optional: wanted === undefined });
  const dir = file ? dirname(path) : cwd;
  const { parsed, source } = parseConfig({
    file,
    lookups: { env, dir },
    overrides: [...environmentOverrides(env), ...commandLineOverrides(overrides)],
  });
  return {
    config: settle(parsed, (at) => (source.isInFile(at) ? dir : cwd)),
    ...(file && { file: path }),
    dir,
    resources: configuredResources(parsed),
    warnings: [...(file ? [] : [noFile(path)]), ...environmentWarnings(env)],
    source,
  };
}

function readConfigFile(
  path: string,
  { name, optional }: { readonly name: string; readonly optional: boolean },
): { readonly name: string; readonly text: string } | undefined {
  try {
    return { name, text: readFileSync(path, 'utf8') };
  } catch (cause) {
    const code = errno(cause);
    if (optional && code === 'ENOENT') return undefined;
    const reason =
      code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code ?? String(cause)})`;
    throw new SignalboxError('CONFIG_INVALID', `${name}: ${reason}`, { cause });
  }
}

function noFile(path: string): string {
  return (
    `there is no configuration file ${path}: Signalbox starts with its built-in defaults; ` +
    'name another file with --config or SIGNALBOX_CONFIG'
  );
}

/** Paths start at the folder of what they are written in: the file's own, or else the working directory. */
function settle(parsed: ParsedConfig, baseOf: (path: Path) => string): Config {
  const { server, retention, egress, limits, log } = parsed;
  const data = resolve(baseOf(['data']), parsed.data);
  const url = storeUrl(parsed.store.url, { data, base: baseOf(['store', 'url']) });
  const plugins = parsed.plugins.map(pluginEntry);
  return { server, data, store: { url }, retention, plugins, egress, limits, log };
}

function storeUrl(
  url: string | undefined,
  { data, base }: { readonly data: string; readonly base: string },
): string {
  if (url === undefined) return `sqlite:${resolve(data, 'signalbox.db')}`;
  const path = /^sqlite:(?:\/\/(?=\/))?(?!:memory:)(.+)$/.exec(url)?.[1];
  return path === undefined ? url : `sqlite:${resolve(base, path)}`;
}

function pluginEntry(entry: ParsedConfig['plugins'][number]): PluginEntry {
  if (typeof entry === 'string') return { use: entry };
  return { use: entry.use, ...(entry.settings && { settings: entry.settings }) };
}

function displayName(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short.startsWith('..') || isAbsolute(short) ? path : short;
}

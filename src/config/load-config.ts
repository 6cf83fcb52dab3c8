import { resolve } from 'node:path';
import { DEFAULT_FILE, readAsked } from './asked-files.ts';
import type { Config, ParsedConfig, PluginEntry } from './config-schema.ts';
import type { ConfigSource } from './config-source.ts';
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

export interface LoadOptions {
  /**
   * The configuration file, or several, or folders of them. Default: `SIGNALBOX_CONFIG`, or `config/signalbox.yaml` if
   * there is one.
   */
  readonly file?: string | readonly string[] | undefined;
  readonly env: Environment;
  /** What the command line says; it goes before the environment, which goes before the file. */
  readonly overrides?: ConfigOverrides | undefined;
  /** Working directory. Default: that of the process. */
  readonly cwd?: string | undefined;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Absolute. */
  readonly files: readonly string[];
  /** Folder that the paths of plugins start at: that of the file that names them, or else the working directory. */
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
  const files = readAsked(asked, { env, cwd });
  const { parsed, source } = parseConfig({
    files,
    env,
    overrides: [...environmentOverrides(env), ...commandLineOverrides(overrides)],
  });
  return {
    config: settle(parsed, (at) => source.dirOf(at) ?? cwd),
    files: files.map(({ path }) => path),
    dir: source.dirOf(['plugins']) ?? cwd,
    resources: configuredResources(parsed),
    warnings: [
      ...(files.length > 0 ? [] : [noFile(resolve(cwd, DEFAULT_FILE))]),
      ...environmentWarnings(env),
    ],
    source,
  };
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
  const keyFile =
    parsed.secrets.keyFile === undefined
      ? resolve(data, 'secret.key')
      : resolve(baseOf(['secrets', 'keyFile']), parsed.secrets.keyFile);
  const plugins = parsed.plugins.map(pluginEntry);
  return { server, data, store: { url }, secrets: { keyFile }, retention, plugins, egress, limits, log };
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

import { SignalboxError } from '../../domain/errors.ts';
import { issueText } from '../../domain/issue-text.ts';
import { schemaError } from '../../domain/schema-error.ts';
import { isPluginLike } from '../../sdk/plugin-check.ts';
import type { AnyPlugin } from '../../sdk/plugin.ts';
import type { z } from '../../sdk/schema.ts';
import { withTimeLimit } from '../../sdk/time-limit.ts';
import { settingsSchema } from '../resources/settings-parser.ts';
import { locatePlugin, type PluginPlaces } from './plugin-location.ts';
import { PluginRegistry } from './plugin-registry.ts';
import { EarlyScope, inScope } from './plugin-scope.ts';
import { serveSdkToPlugins } from './sdk-resolution.ts';

/** One entry of `plugins:` in the configuration. */
export interface PluginEntry {
  /** A plugin that comes with Signalbox, a path, or an npm package. */
  readonly use: string;
  readonly settings?: unknown;
}

/** A plugin and the settings to start it with, parsed. */
export interface LoadedPlugin {
  readonly plugin: AnyPlugin;
  readonly settings: unknown;
  readonly use: string;
  /** What its module has left behind. */
  readonly early?: EarlyScope;
}

export interface LoadOptions extends PluginPlaces {
  /**
   * For each import, ms. Default 10,000. A module may wait at its top level; one that waits for ever must not keep
   * Signalbox from starting in silence.
   */
  readonly importMs?: number;
  /** What to make of an entry's settings before they are parsed. Default: they stay as they are. */
  readonly prepare?: (settings: unknown, schema: z.ZodType, index: number) => unknown;
}

/**
 * Imports the plugins of a configuration and parses their settings. Each mistake in it is an error here, before
 * anything has started, since whoever made it is likely to be there to read it: PLUGIN_INVALID for a plugin that is
 * not there, cannot be imported, is written for another plugin contract or bears a taken name; CONFIG_INVALID, with
 * a `field` such as `plugins[2].settings.everyMs`, for settings that do not fit. The error's `index` says which entry.
 */
export async function loadPlugins(
  entries: readonly PluginEntry[],
  { prepare = (settings) => settings, ...options }: LoadOptions,
): Promise<readonly LoadedPlugin[]> {
  serveSdkToPlugins();
  // Refuses what the registry of the running system would refuse.
  const registry = new PluginRegistry();
  const loaded: LoadedPlugin[] = [];
  for (const [i, { use, settings }] of entries.entries()) {
    try {
      const early = new EarlyScope();
      const plugin = await inScope(early, () => importPlugin(use, options));
      registry.register(plugin, use);
      const entry = { use, settings: prepare(settings, settingsSchema(plugin), i) };
      const parsed = parseSettings(plugin, entry, `plugins[${String(i)}].settings`);
      loaded.push({ plugin, use, settings: parsed, early });
    } catch (error) {
      throw error instanceof SignalboxError ? error.at(i) : error;
    }
  }
  return loaded;
}

async function importPlugin(use: string, { importMs = 10_000, ...places }: LoadOptions): Promise<AnyPlugin> {
  const candidate = exportedDefault(await importModule(use, locatePlugin(use, places), importMs));
  if (candidate === undefined) {
    throw invalid(
      `plugin ${use}: the module has no default export; write \`export default definePlugin({ … })\``,
    );
  }
  if (!isPluginLike(candidate)) {
    throw invalid(
      `plugin ${use}: the default export is not a plugin; write \`export default definePlugin({ … })\``,
    );
  }
  return candidate;
}

async function importModule(use: string, location: string, ms: number): Promise<object> {
  const message = `it still waits at its top level after ${String(ms / 1000)} s`;
  try {
    return await withTimeLimit(import(location) as Promise<object>, { ms, message });
  } catch (cause) {
    throw invalid(`plugin ${use}: cannot be imported: ${messageOf(cause)}`, cause);
  }
}

function exportedDefault(module: object): unknown {
  return 'default' in module ? module.default : undefined;
}

function parseSettings(plugin: AnyPlugin, { use, settings }: PluginEntry, prefix: string): unknown {
  const result = settingsSchema(plugin).safeParse(settings ?? {}, { error: issueText });
  if (result.success) return result.data;
  throw schemaError(result.error, { code: 'CONFIG_INVALID', subject: `plugin ${use}`, prefix });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function invalid(message: string, cause?: unknown): SignalboxError {
  return new SignalboxError('PLUGIN_INVALID', message, { cause });
}

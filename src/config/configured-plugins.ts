import { SignalboxError } from '../domain/errors.ts';
import { type LoadedPlugin, loadPlugins } from '../kernel/plugins/plugin-loader.ts';
import { coerceTexts } from './coercion.ts';
import type { LoadedConfig } from './load-config.ts';
import { problemsOf } from './located-error.ts';
import { configError } from './problem.ts';

/** Imports the plugins that the configuration names. What is wrong with one is told with its place in the file. */
export async function loadConfiguredPlugins({
  config,
  dir,
  source,
}: Pick<LoadedConfig, 'config' | 'dir' | 'source'>): Promise<readonly LoadedPlugin[]> {
  try {
    return await loadPlugins(config.plugins, {
      configDir: dir,
      prepare: (settings, schema, index) =>
        coerceTexts(schema, settings, (path) => source.isText(['plugins', index, 'settings', ...path])),
    });
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    const { code, index, field } = error;
    // Fields of the settings are given from the top of the configuration.
    const base = field === undefined && index !== undefined ? ['plugins', index] : [];
    throw configError(problemsOf(error, { source, base }), { code, cause: error });
  }
}

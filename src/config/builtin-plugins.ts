import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { locatePlugin } from '../kernel/plugins/plugin-location.ts';
import { isPluginLike } from '../sdk/plugin-check.ts';
import type { NamedPlugin } from './json-schema.ts';

// The same two steps up from the sources and from the build.
const folder = fileURLToPath(new URL('../../plugins/', import.meta.url));

/** The plugins that come with Signalbox, in the order of their names; nothing of them is started. */
export async function builtinPlugins(): Promise<readonly NamedPlugin[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(names.sort().map(async (use) => ({ use, plugin: await importPlugin(use) })));
}

async function importPlugin(use: string): Promise<NamedPlugin['plugin']> {
  const module = (await import(locatePlugin(use, { configDir: folder }))) as { readonly default?: unknown };
  if (isPluginLike(module.default)) return module.default;
  throw new Error(`plugins/${use} has no plugin as its default export`);
}

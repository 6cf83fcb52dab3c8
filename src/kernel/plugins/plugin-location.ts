import { existsSync, readdirSync, statSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { extname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SignalboxError } from '../../domain/errors.ts';
import { suggestion } from '../../domain/suggest.ts';
import { packageSpecifier } from './sdk-resolution.ts';

export interface PluginPlaces {
  /** Folder of the configuration file: paths are relative to it, packages are looked for from it. */
  readonly configDir: string;
  /** Where the plugins that come with Signalbox lie, one folder each. */
  readonly builtinDir?: string;
}

// The same three steps up from the sources and from the build.
const ownPlugins = fileURLToPath(new URL('../../../plugins/', import.meta.url));
const indexNames = ['index.ts', 'index.js', 'index.mts', 'index.mjs'];

/**
 * Finds what to import for a `use:` of the configuration: a path, a plugin that comes with Signalbox, or an npm
 * package, in this order. Throws PLUGIN_INVALID when there is no such thing.
 */
export function locatePlugin(use: string, { configDir, builtinDir = ownPlugins }: PluginPlaces): string {
  if (isPath(use)) return pathToFileURL(fileOf(use, resolve(configDir, use))).href;
  const builtin = /^[a-z][a-z0-9-]*$/.test(use) ? indexOf(join(builtinDir, use)) : undefined;
  if (builtin !== undefined) return pathToFileURL(builtin).href;
  return packageOf(use, configDir) ?? missing(use, configDir, builtinDir);
}

function isPath(use: string): boolean {
  return /^\.{1,2}(?:[/\\]|$)/.test(use) || isAbsolute(use);
}

function fileOf(use: string, path: string): string {
  if (!existsSync(path)) throw invalid(`plugin ${use}: there is no ${path}`);
  if (!statSync(path).isDirectory()) return path;
  const index = indexOf(path);
  if (index === undefined) throw invalid(`plugin ${use}: the folder ${path} has no index.ts or index.js`);
  return index;
}

function indexOf(folder: string): string | undefined {
  return indexNames.map((name) => join(folder, name)).find((path) => existsSync(path));
}

function packageOf(use: string, configDir: string): string | undefined {
  const places = [pathToFileURL(join(configDir, 'signalbox.yaml')).href, import.meta.url];
  const place = places.find((from) => isInstalled(use, from));
  return place === undefined ? undefined : packageSpecifier(use, place);
}

function isInstalled(name: string, from: string): boolean {
  try {
    return findPackageJSON(name, from) !== undefined;
  } catch {
    return false;
  }
}

function missing(use: string, configDir: string, builtinDir: string): never {
  if (extname(use) !== '' && existsSync(join(configDir, use))) {
    throw invalid(`plugin ${use}: a file must be written with its path, "./${use}"`);
  }
  const builtins = existsSync(builtinDir)
    ? readdirSync(builtinDir).filter((name) => indexOf(join(builtinDir, name)) !== undefined)
    : [];
  throw invalid(
    `plugin ${use}: not found${suggestion(use, builtins)}; it is neither one of ${builtins.join(', ')}, nor a ` +
      `package installed for ${configDir}, nor a path (a path begins with "./", "../" or "/")`,
  );
}

function invalid(message: string): SignalboxError {
  return new SignalboxError('PLUGIN_INVALID', message);
}

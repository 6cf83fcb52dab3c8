import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { SignalboxError } from '../domain/errors.ts';
import { errno } from './errno.ts';

/** A configuration file that has been read. */
export interface ConfigFile {
  /** Absolute. */
  readonly path: string;
  /** As errors name it: relative to the working directory where it lies below it. */
  readonly name: string;
  readonly text: string;
}

/**
 * Reads configuration files in the order in which they are asked for; a folder stands for all its `*.yaml` and `*.yml`
 * in the order of their names, those of folders in it left out. Throws CONFIG_INVALID for what cannot be read.
 */
export function readConfigFiles(asked: readonly string[], cwd: string): readonly ConfigFile[] {
  const paths = new Set(asked.flatMap((path) => filesAt(resolve(cwd, path), cwd)));
  return [...paths].map((path) => readConfigFile(path, cwd));
}

/** The same for one file that need not be there. */
export function readOptionalFile(path: string, cwd: string): readonly ConfigFile[] {
  return existsSync(path) ? [readConfigFile(path, cwd)] : [];
}

function filesAt(path: string, cwd: string): readonly string[] {
  // What is missing or may not be read is told when it is read.
  if (!isFolder(path)) return [path];
  const files = namesIn(path, cwd)
    .filter((name) => /^[^.].*\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(path, name))
    .filter((file) => !isFolder(file));
  if (files.length > 0) return files;
  throw invalid(path, { cwd, reason: 'there is no *.yaml in this folder' });
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function namesIn(folder: string, cwd: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    throw unreadable(folder, { cwd, cause });
  }
}

function readConfigFile(path: string, cwd: string): ConfigFile {
  try {
    return { path, name: displayName(path, cwd), text: readFileSync(path, 'utf8') };
  } catch (cause) {
    throw unreadable(path, { cwd, cause });
  }
}

function unreadable(
  path: string,
  { cwd, cause }: { readonly cwd: string; readonly cause: unknown },
): SignalboxError {
  const code = errno(cause);
  const reason = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code ?? String(cause)})`;
  return invalid(path, { cwd, reason, cause });
}

function invalid(
  path: string,
  { cwd, reason, cause }: { readonly cwd: string; readonly reason: string; readonly cause?: unknown },
): SignalboxError {
  return new SignalboxError('CONFIG_INVALID', `${displayName(path, cwd)}: ${reason}`, { cause });
}

function displayName(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
}

import { resolve } from 'node:path';
import { type ConfigFile, readConfigFiles, readOptionalFile } from './config-files.ts';
import type { Environment } from './overrides.ts';

export const DEFAULT_FILE = 'config/signalbox.yaml';

/** The files that are asked for, on the command line or in the environment, or else the default one if it is there. */
export function readAsked(
  asked: string | readonly string[] | undefined,
  { env, cwd }: { readonly env: Environment; readonly cwd: string },
): readonly ConfigFile[] {
  const named = typeof asked === 'string' ? [asked] : (asked ?? []);
  const ofEnvironment = env['SIGNALBOX_CONFIG'] ?? '';
  const wanted = named.length > 0 || ofEnvironment === '' ? named : [ofEnvironment];
  return wanted.length > 0 ? readConfigFiles(wanted, cwd) : readOptionalFile(resolve(cwd, DEFAULT_FILE), cwd);
}

import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from '../sdk/schema.ts';
import { CliError } from './cli-error.ts';

/** What was stored by `signalbox login` and `signalbox setup`: for each address a token. */
const kept = z.looseObject({
  token: z.string(),
  /** How it came here: a session of `login`, an API token of `login --token` or of `setup`. */
  by: z.enum(['login', 'login --token', 'setup']).optional(),
  /** Of the user, or of the API token. */
  name: z.string().optional(),
});
const stored = z.record(z.string(), kept);

export type KeptToken = z.output<typeof kept>;
type Stored = z.output<typeof stored>;

/** `~/.config/signalbox/credentials.json`, or as the environment has it; undefined where there is no home. */
function credentialsFile(env: NodeJS.ProcessEnv): string | undefined {
  const home = env['HOME'];
  const folder =
    nonEmpty(env['XDG_CONFIG_HOME']) ??
    nonEmpty(env['APPDATA']) ??
    (home === undefined || home === '' ? undefined : join(home, '.config'));
  return folder === undefined ? undefined : join(folder, 'signalbox', 'credentials.json');
}

/** The token that was stored for an address. It is sent to no other. */
export function storedToken(url: string, env: NodeJS.ProcessEnv): KeptToken | undefined {
  return read(env)[originOf(url)];
}

/** Returns the file. Nobody but its owner may read it. */
export function storeToken(url: string, token: KeptToken, env: NodeJS.ProcessEnv): string {
  return write({ ...read(env), [originOf(url)]: token }, env);
}

/** False when there was none. */
export function forgetToken(url: string, env: NodeJS.ProcessEnv): boolean {
  const { [originOf(url)]: token, ...others } = read(env);
  if (token === undefined) return false;
  write(others, env);
  return true;
}

function read(env: NodeJS.ProcessEnv): Stored {
  const file = credentialsFile(env);
  if (file === undefined) return {};
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch {
    return {};
  }
  try {
    return stored.parse(JSON.parse(content));
  } catch (error) {
    throw new CliError(`${file} is not as this version of Signalbox writes it`, {
      remedy: 'Remove the file and log in again: signalbox login',
      cause: error,
    });
  }
}

function write(content: Stored, env: NodeJS.ProcessEnv): string {
  const file = credentialsFile(env);
  if (file === undefined) {
    throw new CliError('there is no folder to store the token in: neither HOME nor XDG_CONFIG_HOME is set', {
      remedy: 'Set one of them, or give the token with SIGNALBOX_TOKEN.',
    });
  }
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // Never half a file, and never one that somebody else can read for a moment.
  const draft = `${file}.${String(process.pid)}`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, file);
  return file;
}

/** With its path: behind a proxy several may share a host. */
function originOf(url: string): string {
  return new URL(url).href.replace(/\/$/, '');
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

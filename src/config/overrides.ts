import { suggestion } from '../domain/suggest.ts';
import { scalarSections } from './config-schema.ts';
import type { Path } from './source-tree.ts';

/** One value that does not come from the file. */
export interface Override {
  readonly path: Path;
  readonly value: unknown;
  /** For errors: `environment variable SIGNALBOX_PORT`, `option --port`. */
  readonly origin: string;
}

/** What the command line may set. */
export interface ConfigOverrides {
  readonly server?: { readonly host?: string | undefined; readonly port?: number | string | undefined };
  readonly data?: string | undefined;
  readonly store?: { readonly url?: string | undefined };
  readonly egress?: { readonly allow?: readonly string[] | undefined };
  readonly log?: { readonly level?: string | undefined };
}

const PREFIX = 'SIGNALBOX_';

/** `SIGNALBOX_…` variable → path in the configuration. Of two that mean the same, the later one wins. */
export const environmentVariables: ReadonlyMap<string, Path> = new Map([
  ['SIGNALBOX_HOST', ['server', 'host']],
  ['SIGNALBOX_PORT', ['server', 'port']],
  ['SIGNALBOX_DATA', ['data']],
  ['SIGNALBOX_EGRESS_ALLOW', ['egress', 'allow']],
  ...Object.entries(scalarSections).flatMap(([section, schema]) =>
    Object.keys(schema.shape).map((key): [string, Path] => [variableName([section, key]), [section, key]]),
  ),
]);

/** Read by other parts of Signalbox, and what for. */
export const otherVariables = {
  SIGNALBOX_CONFIG: 'the file or folder to read; option `--config`',
  SIGNALBOX_ADMIN_TOKEN:
    'the admin token of automated installs, for as long as the server is started with it',
  SIGNALBOX_URL: 'for the commands that talk to a running server: where it is',
  SIGNALBOX_TOKEN: 'for the same commands: the token that they send',
  SIGNALBOX_SECRET_KEY: 'the key that secrets are sealed with, in place of `secrets.keyFile`: see secrets.md',
  SIGNALBOX_SECRET_KEY_FILE: 'a file with that key that somebody else looks after',
  SIGNALBOX_SECRET_KEY_OLD: 'the key before it, at the first start with a new one',
  SIGNALBOX_SECRET_KEY_LOST: 'the id of a key that is lost: what it sealed has to be given again',
};

export type Environment = Readonly<Record<string, string | undefined>>;

/** The overrides of the environment. A variable that is set but empty counts as not set. */
export function environmentOverrides(env: Environment): readonly Override[] {
  return [...environmentVariables].flatMap(([name, path]) => {
    const text = env[name];
    if (text === undefined || text === '') return [];
    return [
      { path, value: path[1] === 'allow' ? commaList(text) : text, origin: `environment variable ${name}` },
    ];
  });
}

/** Variables that look like ours and mean nothing: usually a slip of the pen. */
export function environmentWarnings(env: Environment): readonly string[] {
  const known = [...environmentVariables.keys(), ...Object.keys(otherVariables)];
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !name.startsWith('SIGNALBOX_TEST_') && !known.includes(name))
    .sort()
    .map((name) => `environment variable ${name} means nothing to Signalbox${suggestion(name, known)}`);
}

export function commandLineOverrides(overrides: ConfigOverrides): readonly Override[] {
  return leaves(overrides, []).map(({ path, value }) => ({ path, value, origin: optionName(path) }));
}

/** A copy of the value with the overrides put in. */
export function withOverrides(value: unknown, overrides: readonly Override[]): unknown {
  return overrides.reduce((current, override) => put(current, override.path, override.value), value);
}

function variableName(path: Path): string {
  return (
    PREFIX +
    path
      .map((part) =>
        String(part)
          .replace(/(?=[A-Z])/g, '_')
          .toUpperCase(),
      )
      .join('_')
  );
}

function optionName(path: Path): string {
  const option = path.join('.').replace(/^server\./, '');
  return ['host', 'port', 'data'].includes(option) ? `option --${option}` : `option ${path.join('.')}`;
}

function commaList(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function leaves(value: unknown, path: Path): readonly { readonly path: Path; readonly value: unknown }[] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{ path, value }];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

function put(value: unknown, [part, ...rest]: Path, leaf: unknown): unknown {
  if (part === undefined) return leaf;
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
  const base: object = isMapping ? value : {};
  return { ...base, [part]: put(Reflect.get(base, part), rest, leaf) };
}

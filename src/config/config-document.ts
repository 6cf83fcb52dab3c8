import { errorCodes, type ErrorCode, type FieldIssue, SignalboxError } from '../domain/errors.ts';
import { readAsked } from './asked-files.ts';
import type { ConfigSource } from './config-source.ts';
import type { Environment } from './overrides.ts';
import { parseConfig } from './parse-config.ts';
import { configError } from './problem.ts';
import { resourceSections } from './resource-schema.ts';
import type { Path } from './source-tree.ts';

/** The resources of configuration files, ready to be sent to a running Signalbox. */
export interface ConfigDocument {
  /** Tags, objects, tasks and triggers, placeholders filled in. */
  readonly sections: Readonly<Record<string, unknown>>;
  /** Where values stand that came from outside as texts. */
  readonly texts: readonly Path[];
  /** `config/ops.yaml:12`; undefined for what the files do not name. */
  placeOf(path: Path): string | undefined;
  /** What a server says of fields, told with their places in the files; what was filled in is not shown. */
  explain(issues: readonly FieldIssue[], code: string | undefined): Error;
}

export interface DocumentOptions {
  /** Files, and folders of files. */
  readonly file?: readonly string[] | undefined;
  readonly env: Environment;
  /** Default: that of the process. */
  readonly cwd?: string | undefined;
}

/**
 * Reads the resources of configuration files. How the server runs is none of its business: variables that only those
 * sections name need not be set. Throws CONFIG_INVALID with every problem and its place.
 */
export function loadDocument({ file, env, cwd = process.cwd() }: DocumentOptions): ConfigDocument {
  const files = readAsked(file, { env, cwd });
  if (files.length === 0) {
    throw new SignalboxError(
      'CONFIG_INVALID',
      'there is no config/signalbox.yaml here; name files or folders with --config',
    );
  }
  const { written, source } = parseConfig({ files, env, overrides: [], resourcesOnly: true });
  const entries = Object.entries(written as object).filter(([name]) => name in resourceSections);
  return {
    sections: Object.fromEntries(entries),
    texts: source.texts(),
    placeOf: (path) => placeOf(source, path),
    explain: (issues, code) => explained(source, issues, code),
  };
}

function placeOf(source: ConfigSource, path: Path): string | undefined {
  if (!source.isInFile(path)) return undefined;
  const place = source.locateKey(path);
  return typeof place === 'string' ? undefined : `${place.file}:${String(place.line)}`;
}

function explained(source: ConfigSource, issues: readonly FieldIssue[], code: string | undefined): Error {
  const problems = issues.map(({ field, message }) => {
    const path = source.pathOf([], field);
    return message.startsWith('unknown key')
      ? source.keyProblem(path, message)
      : source.problem(path, message);
  });
  return configError(problems, { code: isKnown(code) ? code : 'CONFIG_INVALID' });
}

function isKnown(code: string | undefined): code is ErrorCode {
  return code !== undefined && code in errorCodes;
}

import { dotted } from '../domain/dotted.ts';
import { type ErrorCode, SignalboxError } from '../domain/errors.ts';
import type { Path } from './source-tree.ts';

/** Line and column count from 1. */
export interface Location {
  /** As a person would name it: relative to the working directory where it lies below it. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Something wrong with the configuration, and where. */
export interface Problem {
  /** A place in the file, or what else the value came from: `environment variable SIGNALBOX_PORT`. */
  readonly where: Location | string;
  readonly path: Path;
  /** What was expected and, unless it could be secret, what was found. */
  readonly message: string;
}

export interface ConfigErrorOptions extends ErrorOptions {
  /** Default: CONFIG_INVALID. */
  readonly code?: ErrorCode;
}

/** One error that names every problem, in the order of the file. */
export function configError(
  problems: readonly Problem[],
  { code = 'CONFIG_INVALID', ...options }: ConfigErrorOptions = {},
): SignalboxError {
  const lines = [...new Set([...problems].sort(byPlace).map(describe))];
  const message =
    lines.length === 1
      ? lines.join()
      : [`${String(lines.length)} problems:`, ...lines.map((line) => `  ${line}`)].join('\n');
  const issues = problems.map((problem) => ({ field: dotted(problem.path), message: problem.message }));
  const field = issues[0]?.field;
  return new SignalboxError(code, message, {
    ...options,
    issues,
    ...(field !== undefined && { field }),
  });
}

/** `config/signalbox.yaml:14:11` */
function place(where: Location | string): string {
  return typeof where === 'string' ? where : `${where.file}:${String(where.line)}:${String(where.column)}`;
}

function describe({ where, path, message }: Problem): string {
  return path.length === 0 ? `${place(where)} ${message}` : `${place(where)} ${dotted(path)}: ${message}`;
}

function byPlace(a: Problem, b: Problem): number {
  if (typeof a.where === 'string' || typeof b.where === 'string') {
    return Number(typeof a.where === 'string') - Number(typeof b.where === 'string');
  }
  if (a.where.file !== b.where.file) return a.where.file < b.where.file ? -1 : 1;
  return a.where.line - b.where.line || a.where.column - b.where.column;
}

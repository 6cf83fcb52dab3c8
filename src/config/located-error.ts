import { type FieldIssue, SignalboxError } from '../domain/errors.ts';
import type { ResourceInput } from '../kernel/resources/resource-input.ts';
import type { ConfigSource } from './config-source.ts';
import { configError, type Problem } from './problem.ts';
import type { Path } from './source-tree.ts';

/**
 * Turns an error about the configuration that was found after parsing (of a plugin, say, whose settings do not fit)
 * into one that names file, line and column. `base` is the path that the error's fields start at.
 */
export function locatedError(error: unknown, source: ConfigSource, base: Path = []): unknown {
  if (!(error instanceof SignalboxError) || (error.field === undefined && base.length === 0)) return error;
  return configError(problemsOf(error, { source, base }), { cause: error });
}

/** What an error says of the value at `base`, one problem for each field. */
export function problemsOf(
  error: SignalboxError,
  {
    source,
    base,
    kind,
  }: { readonly source: ConfigSource; readonly base: Path; readonly kind?: ResourceInput['kind'] },
): readonly Problem[] {
  return issuesOf(error).map(({ field, message }) => {
    if (field === '' || (kind !== undefined && naming[kind].includes(field)))
      return source.keyProblem(base, message);
    return source.problem(source.pathOf(base, field), message);
  });
}

/** Fields of an input that the file has in the key, not in the value. */
const naming: Readonly<Record<ResourceInput['kind'], readonly string[]>> = {
  tag: ['name'],
  object: ['type', 'key'],
  task: ['id'],
  trigger: ['id'],
};

function issuesOf({ issues, field = '', message }: SignalboxError): readonly FieldIssue[] {
  if (issues.length > 0) return issues;
  // `task tell-slack: settings.message: …` The place says the first two better.
  const named = field === '' ? -1 : message.indexOf(`${field}: `);
  return [{ field, message: named === -1 ? message : message.slice(named + field.length + 2) }];
}

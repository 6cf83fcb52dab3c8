import { type FieldIssue, type SignalboxError } from '../domain/errors.ts';
import type { ResourceInput } from '../kernel/resources/resource-input.ts';
import type { ConfigSource } from './config-source.ts';
import type { Problem } from './problem.ts';
import type { ConfiguredResource } from './resource-inputs.ts';
import type { Path } from './source-tree.ts';

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
    const path = source.pathOf(base, field);
    return message.startsWith('unknown key')
      ? source.keyProblem(path, message)
      : source.problem(path, message);
  });
}

/** What errors say of resources that a configuration names, each of the one that its index tells. */
export function resourceProblems(
  errors: readonly SignalboxError[],
  { resources, source }: { readonly resources: readonly ConfiguredResource[]; readonly source: ConfigSource },
): readonly Problem[] {
  return errors.flatMap((error) => {
    const resource = resources[error.index ?? 0];
    const base = resource?.path ?? [];
    return problemsOf(error, { source, base, ...(resource && { kind: resource.input.kind }) });
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

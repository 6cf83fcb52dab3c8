import { dotted } from '../domain/dotted.ts';
import { SignalboxError } from '../domain/errors.ts';
import { issueText } from '../domain/issue-text.ts';
import { schemaIssues } from '../domain/schema-issues.ts';
import { z } from '../sdk/index.ts';
import { type ConfiguredResource, configuredResources } from './resource-inputs.ts';
import { resourceSections } from './resource-schema.ts';
import type { Path } from './source-tree.ts';

/** What is to be compared with the running configuration, or put in its place. */
export interface ConfigRequest {
  readonly resources: readonly ConfiguredResource[];
  readonly isText: (path: Path) => boolean;
  readonly leftovers: 'keep' | 'remove' | 'release';
}

const requestSchema = z.strictObject({
  ...resourceSections,
  texts: z.array(z.array(z.union([z.string(), z.int()]))).default([]),
  leftovers: z.enum(['keep', 'remove', 'release']).default('keep'),
  // As the export has them beside the rest: it may be sent back as it is.
  secrets: z.unknown().optional(),
  warnings: z.unknown().optional(),
});

/** Throws RESOURCE_INVALID with every problem of the form; what depends on the plugins is judged later. */
export function configRequest(body: unknown): ConfigRequest {
  const result = requestSchema.safeParse(body ?? {}, { error: issueText });
  if (!result.success) {
    throw requestError(
      schemaIssues(result.error.issues).map(({ path, message }) => ({ field: dotted(path), message })),
    );
  }
  const { texts, leftovers, secrets: _, warnings: __, ...sections } = result.data;
  const known = new Set(texts.map((path) => JSON.stringify(path)));
  return {
    resources: configuredResources(sections),
    isText: (path) => known.has(JSON.stringify(path)),
    leftovers,
  };
}

/** One error for all that is wrong with a request. */
export function requestError(
  issues: SignalboxError['issues'],
  {
    code = 'RESOURCE_INVALID',
    cause,
  }: { readonly code?: SignalboxError['code']; readonly cause?: unknown } = {},
): SignalboxError {
  const lines = issues.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`));
  const message = lines.length === 1 ? lines.join() : `${String(lines.length)} problems: ${lines.join('; ')}`;
  const field = issues[0]?.field;
  return new SignalboxError(code, message, { issues, cause, ...(field !== undefined && { field }) });
}

import type { z } from '../sdk/index.ts';
import { SignalboxError, type ErrorCode, type FieldIssue } from './errors.ts';
import { schemaIssues } from './schema-issues.ts';

/** Makes one error of what Zod found. `prefix` is put before each field; `subject` opens the message. */
export function schemaError(
  error: z.ZodError,
  { code, subject, prefix }: { readonly code: ErrorCode; readonly subject: string; readonly prefix: string },
): SignalboxError {
  const issues = fieldIssues(error.issues, prefix);
  const [first] = issues;
  return new SignalboxError(code, `${subject}: ${issues.map((i) => `${i.field}: ${i.message}`).join('; ')}`, {
    ...(first && { field: first.field }),
    issues,
  });
}

/** Fields as dotted paths, `settings.headers[0].name`. */
function fieldIssues(issues: readonly z.core.$ZodIssue[], prefix: string): readonly FieldIssue[] {
  return schemaIssues(issues).map(({ path, message }) => ({ field: dotted([prefix, ...path]), message }));
}

function dotted(path: readonly PropertyKey[]): string {
  return path
    .filter((part) => part !== '')
    .map((part, i) =>
      typeof part === 'number' ? `[${String(part)}]` : `${i === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');
}

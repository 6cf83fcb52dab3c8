import type { z } from '../sdk/index.ts';
import { dotted } from './dotted.ts';
import { SignalboxError, type ErrorCode, type FieldIssue } from './errors.ts';
import { schemaIssues } from './schema-issues.ts';

/** A list in which nothing fits has as many issues as elements. */
const mostIssues = 20;

/** Makes one error of what Zod found. `prefix` is put before each field; `subject` opens the message. */
export function schemaError(
  error: z.ZodError,
  { code, subject, prefix }: { readonly code: ErrorCode; readonly subject: string; readonly prefix: string },
): SignalboxError {
  const all = fieldIssues(error.issues, prefix);
  const issues = all.slice(0, mostIssues);
  const [first] = issues;
  const told = issues.map((i) => `${i.field}: ${i.message}`);
  if (all.length > mostIssues) told.push(`and ${String(all.length - mostIssues)} more`);
  return new SignalboxError(code, `${subject}: ${told.join('; ')}`, {
    ...(first && { field: first.field }),
    issues,
  });
}

/** Fields as dotted paths, `settings.headers[0].name`. */
function fieldIssues(issues: readonly z.core.$ZodIssue[], prefix: string): readonly FieldIssue[] {
  return schemaIssues(issues).map(({ path, message }) => ({
    field: dotted([prefix, ...path].filter((part) => part !== '')),
    message,
  }));
}

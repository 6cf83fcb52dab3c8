import type { z } from 'zod';
import { describeIssue } from '../plugin-check.ts';

/** Parses, or throws an error such as `webhook.send: settings.url: Invalid URL`. */
export function parse(
  schema: z.ZodType | undefined,
  value: unknown,
  place: readonly [subject: string, field: string],
): unknown {
  if (!schema) return value ?? {};
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  const [subject, field] = place;
  const problems = result.error.issues.map((issue) =>
    describeIssue({ ...issue, path: [field, ...issue.path] }),
  );
  throw new Error(`${subject}: ${problems.join('; ')}`);
}

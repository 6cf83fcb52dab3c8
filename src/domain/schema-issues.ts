import type { z } from '../sdk/index.ts';

/** One thing that is wrong, at one place. */
export interface SchemaIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** The key itself is wrong, not its value. */
  readonly aboutKey: boolean;
}

/** What Zod found, one entry for each place: unknown keys apart, alternatives reduced to the one that was meant. */
export function schemaIssues(issues: readonly z.core.$ZodIssue[]): readonly SchemaIssue[] {
  return issues.flatMap((issue) => flatten(issue, []));
}

function flatten(issue: z.core.$ZodIssue, base: readonly PropertyKey[]): readonly SchemaIssue[] {
  const path = [...base, ...issue.path];
  const { message } = issue;
  switch (issue.code) {
    case 'unrecognized_keys':
      return splitKeys(issue.keys, message).map((key) => ({
        ...key,
        path: [...path, key.name],
        aboutKey: true,
      }));
    case 'invalid_key':
      return [{ path, message: issue.issues[0]?.message ?? message, aboutKey: true }];
    case 'invalid_union': {
      const meant = meantAlternative(issue.errors);
      return meant ? meant.flatMap((inner) => flatten(inner, path)) : [{ path, message, aboutKey: false }];
    }
    default:
      return [{ path, message, aboutKey: false }];
  }
}

function splitKeys(keys: readonly string[], message: string): readonly { name: string; message: string }[] {
  const lines = message.split('\n');
  return keys.map((name, i) => ({
    name,
    message: lines.length === keys.length ? (lines[i] ?? message) : message,
  }));
}

/** The only alternative whose kind of value fits (text, number, mapping …), if there is just one. */
function meantAlternative(
  alternatives: readonly (readonly z.core.$ZodIssue[])[],
): readonly z.core.$ZodIssue[] | undefined {
  const fitting = alternatives.filter((issues) =>
    issues.every((issue) => issue.path.length > 0 || issue.code !== 'invalid_type'),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}

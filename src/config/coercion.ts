import type { z } from '../sdk/index.ts';
import type { Path } from './source-tree.ts';

/** Whether the value at a path came from outside the file as text and may stand for a number or a boolean. */
export type IsText = (path: Path) => boolean;

/**
 * Values of environment variables are texts. Where the schema wants a number or a boolean, and only there, this
 * makes one of such a text, so that a token made of digits stays a text. Everything else is left to the schema.
 */
export function coerceTexts(schema: z.ZodType, value: unknown, isText: IsText): unknown {
  let current = value;
  // Each round makes at least one text into something else: it ends.
  for (;;) {
    const result = schema.safeParse(current);
    if (result.success) return current;
    const before: unknown = current;
    for (const { path, convert } of wanted(result.error.issues, [])) {
      if (isText(path)) current = replaceAt(current, path, convert);
    }
    if (current === before) return current;
  }
}

type Convert = (text: string) => unknown;

interface Wanted {
  readonly path: Path;
  readonly convert: Convert;
}

function wanted(issues: readonly z.core.$ZodIssue[], base: Path): readonly Wanted[] {
  return issues.flatMap((issue): readonly Wanted[] => {
    const path = [...base, ...(issue.path as Path)];
    switch (issue.code) {
      case 'invalid_type':
        return conversion(issue.expected, path);
      case 'invalid_value':
        return [{ path, convert: (text) => issue.values.find((value) => String(value) === text) ?? text }];
      case 'invalid_union':
        return issue.errors.flatMap((inner) => wanted(inner, path));
      default:
        return [];
    }
  });
}

const conversions: Readonly<Record<string, Convert>> = {
  number: asNumber,
  int: asNumber,
  boolean: asBoolean,
};

function conversion(expected: string, path: Path): readonly Wanted[] {
  const convert = conversions[expected];
  return convert ? [{ path, convert }] : [];
}

function asNumber(text: string): unknown {
  return /^[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?$/i.test(text.trim()) ? Number(text) : text;
}

function asBoolean(text: string): unknown {
  const known = new Map([
    ['true', true],
    ['false', false],
  ]);
  return known.get(text.trim().toLowerCase()) ?? text;
}

/** A copy with the text at the path converted; the same value when there is nothing to convert. */
function replaceAt(value: unknown, [part, ...rest]: Path, convert: Convert): unknown {
  if (part === undefined) return typeof value === 'string' ? convert(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  const child: unknown = Reflect.get(value, part);
  const replaced = replaceAt(child, rest, convert);
  if (replaced === child) return value;
  return Array.isArray(value) ? value.with(Number(part), replaced) : { ...value, [part]: replaced };
}

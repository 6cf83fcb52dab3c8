import { RE2JS } from 're2js';
import { filterError } from './filter-error.ts';

const flags: Readonly<Record<string, number>> = {
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
};
const longestPattern = 1_000;

/**
 * A test for the `$regex` and `$options` that stand at `at`, in time linear to the text: patterns come from people,
 * texts from anywhere.
 */
export function compileRegex(pattern: string, options: string, at: string): (value: unknown) => boolean {
  if (pattern.length > longestPattern) {
    throw filterError(
      `${at}.$regex`,
      `the pattern has ${pattern.length} characters, at most ${longestPattern} are allowed`,
    );
  }
  const compiled = compile(pattern, combine(options, `${at}.$options`), `${at}.$regex`);
  return (value) => typeof value === 'string' && compiled.test(value);
}

function combine(options: string, field: string): number {
  let combined = 0;
  for (const option of options) {
    const flag = flags[option];
    if (flag === undefined) {
      throw filterError(field, `unknown option "${option}"; known are ${Object.keys(flags).join(', ')}`);
    }
    combined |= flag;
  }
  return combined;
}

function compile(pattern: string, combined: number, field: string): RE2JS {
  try {
    return RE2JS.compile(pattern, combined);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw filterError(
      field,
      `the pattern cannot be used: ${reason}. Look-arounds and back-references are not supported (RE2 syntax)`,
      { cause: error },
    );
  }
}

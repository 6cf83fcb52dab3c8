import { isSecret } from '../sdk/schema.ts';
import { z } from '../sdk/index.ts';
import { suggestion } from './suggest.ts';

type Issue = z.core.$ZodRawIssue;

/**
 * Says what a schema expected and what it found, for people: `must be at least 3, got 1`. Give it to Zod
 * (`schema.safeParse(value, { error: issueText })`); messages that a schema brings itself go first.
 *
 * Unknown keys get one line each, in the order of the issue's `keys`.
 */
export function issueText(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${isWhole(issue) ? 'a whole number' : (nouns[issue.expected] ?? issue.expected)}${got(issue)}`;
    case 'invalid_value':
      return `must be ${choices(issue.values)}${hint(issue.input, issue.values)}${got(issue)}`;
    case 'too_small':
      return `must ${bound(issue.origin, issue.minimum, { least: true, inclusive: issue.inclusive !== false })}${gotSize(issue)}`;
    case 'too_big':
      return `must ${bound(issue.origin, issue.maximum, { least: false, inclusive: issue.inclusive !== false })}${gotSize(issue)}`;
    case 'invalid_format':
      return `must be ${format(issue)}`;
    case 'not_multiple_of':
      return `must be a multiple of ${String(issue.divisor)}${got(issue)}`;
    case 'unrecognized_keys':
      return issue.keys.map((key) => `unknown key${suggestion(key, keysOf(issue))}`).join('\n');
    case 'invalid_union':
      return discriminated(issue) ?? 'must have one of the allowed forms';
    case 'invalid_key':
      return 'this key is not allowed';
    default:
      return undefined;
  }
}

const nouns: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'fields ("name: value")',
  record: 'fields ("name: value")',
  array: 'a list',
  tuple: 'a list',
  null: 'null',
};

function isWhole(issue: Issue): boolean {
  const schema = schemaOf(issue);
  return schema instanceof z.ZodNumber && schema.format?.includes('int') === true;
}

function choices(values: readonly unknown[]): string {
  const list = values.map((value) => JSON.stringify(value)).join(', ');
  return values.length === 1 ? list : `one of ${list}`;
}

function hint(input: unknown, values: readonly unknown[]): string {
  return typeof input === 'string' ? suggestion(input, values.map(String)) : '';
}

/** `auth: { type: basick }`: the field that decides which form is meant has a value that means none. */
function discriminated({ input, ...issue }: Extract<Issue, { code: 'invalid_union' }>): string | undefined {
  const { discriminator, options } = issue as {
    readonly discriminator?: unknown;
    readonly options?: unknown;
  };
  if (typeof discriminator !== 'string' || !Array.isArray(options)) return undefined;
  const found: unknown =
    typeof input === 'object' && input !== null ? Reflect.get(input, discriminator) : undefined;
  return `must be ${choices(options)}${hint(found, options)}, got ${found === undefined ? 'nothing' : JSON.stringify(found).slice(0, 40)}`;
}

interface Side {
  readonly least: boolean;
  readonly inclusive: boolean;
}

function bound(origin: string, limit: number | bigint, { least, inclusive }: Side): string {
  const unit =
    origin === 'string' ? 'character' : origin === 'array' || origin === 'set' ? 'item' : undefined;
  if (unit === undefined) {
    const relation = inclusive ? (least ? 'at least' : 'at most') : least ? 'more than' : 'less than';
    return `be ${relation} ${String(limit)}`;
  }
  if (least && limit === 1) return 'not be empty';
  return `have ${least ? 'at least' : 'at most'} ${String(limit)} ${unit}${limit === 1 ? '' : 's'}`;
}

function format(issue: Extract<Issue, { code: 'invalid_format' }>): string {
  switch (issue.format) {
    case 'url':
      return 'a URL such as https://example.com/path';
    case 'regex':
      return `text that matches ${String(issue['pattern'])}`;
    case 'starts_with':
      return `text that starts with "${String(issue['prefix'])}"`;
    case 'datetime':
      return 'a time such as 2025-10-16T11:38:07Z';
    default:
      return `a valid ${issue.format}`;
  }
}

/** Texts are shown only where they cannot well be secret: where a number, a boolean or a choice should stand. */
function got(issue: Issue): string {
  const { input } = issue;
  if (input === undefined) return ', got nothing';
  if (input === null) return ', got nothing (null)';
  const schema = schemaOf(issue);
  if (schema && isSecret(schema)) return '';
  if (typeof input === 'number' || typeof input === 'boolean') return `, got ${String(input)}`;
  if (typeof input === 'string')
    return isScalarWanted(issue) ? `, got ${JSON.stringify(input.slice(0, 40))}` : ', got text';
  return Array.isArray(input) ? ', got a list' : ', got fields';
}

function isScalarWanted(issue: Issue): boolean {
  return issue.code !== 'invalid_type' || ['number', 'int', 'boolean'].includes(issue.expected);
}

function gotSize(issue: Issue): string {
  const { input } = issue;
  if (typeof input === 'number') return got(issue);
  if (typeof input !== 'string' && !Array.isArray(input)) return '';
  return input.length === 0 ? '' : `, got ${String(input.length)}`;
}

function keysOf(issue: Issue): readonly string[] {
  const schema = schemaOf(issue);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** Zod names the schema that raised an issue, or that holds the check which did. */
function schemaOf(issue: Issue): z.core.$ZodType | undefined {
  const { schema } = issue as { readonly schema?: unknown };
  return schema instanceof z.core.$ZodType ? schema : undefined;
}

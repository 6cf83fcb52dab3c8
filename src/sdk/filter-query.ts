import { filterError } from './filter-error.ts';
import { assertLiteral, assertSafeKey, isList, isObject, operandChecks } from './filter-operand.ts';
import { compileRegex } from './filter-regex.ts';
import type { JsonObject, JsonValue } from './json.ts';

/** A filter as sift takes it: only what was checked, patterns compiled to functions. */
export interface Query {
  [key: string]: unknown;
}

const logical = ['$and', '$or', '$nor'] as const;
const known = [...Object.keys(operandChecks), '$regex', '$options', '$not', '$elemMatch'];

/** Says, in words, why a path cannot lead anywhere; undefined when it can. */
export type PathCheck = (segments: readonly string[]) => string | undefined;

/** Checks a filter and brings it into sift's form. */
export function checkedQuery(filter: JsonObject, checkPath: PathCheck): Query {
  return conditions(filter, 'filter', checkPath);
}

/** `{ "data.level": …, "$or": [ … ] }` */
function conditions(filter: JsonObject, at: string, checkPath: PathCheck): Query {
  const query: Query = {};
  for (const [key, value] of Object.entries(filter)) {
    const field = `${at}.${key}`;
    if (isLogical(key)) query[key] = alternatives(value, field, checkPath);
    else if (key.startsWith('$')) throw misplaced(key, field);
    else {
      assertPath(key, field);
      const mistake = checkPath(key.split('.'));
      if (mistake !== undefined) throw filterError(field, mistake);
      query[key] = condition(value, { path: key, at: field });
    }
  }
  return query;
}

function alternatives(value: JsonValue, at: string, checkPath: PathCheck): readonly Query[] {
  if (!isList(value) || value.length === 0) throw filterError(at, 'must be a list with at least one filter');
  return value.map((item, index) => {
    const field = `${at}[${index}]`;
    if (!isObject(item) || Object.keys(item).length === 0) throw filterError(field, 'must be a filter');
    return conditions(item, field, checkPath);
  });
}

/** A field that a condition is about: its path in the document, and where it stands in the filter. */
interface Field {
  readonly path: string;
  readonly at: string;
}

/** What stands at a field: a value that it must equal, or operators. */
function condition(value: JsonValue, field: Field): unknown {
  if (isObject(value)) return operators(value, field);
  assertLiteral(value, field.at);
  return value;
}

function operators(value: JsonObject, field: Field): Query {
  assertOperatorsOnly(value, field);
  const query: Query = {};
  for (const [name, operand] of Object.entries(value)) {
    if (name === '$regex') query[name] = regex(operand, value['$options'], field.at);
    else if (name !== '$options') query[name] = operator(name, operand, field);
    else if (!Object.hasOwn(value, '$regex'))
      throw filterError(`${field.at}.${name}`, '$options goes with $regex');
  }
  return query;
}

// Mongo would compare the whole object, and the filter would silently never match.
function assertOperatorsOnly(value: JsonObject, { path, at }: Field): void {
  const keys = Object.keys(value);
  const stray = keys.find((key) => !key.startsWith('$'));
  if (stray === undefined && keys.length > 0) return;
  const hint = stray === undefined ? '' : `write "${path}.${stray}" to look at one field, or `;
  throw filterError(at, `an object is not compared here: ${hint}use $eq to compare the object as a whole`);
}

function operator(name: string, operand: JsonValue, { path, at }: Field): unknown {
  const field = `${at}.${name}`;
  if (name === '$elemMatch') return elemMatch(operand, { path, at: field });
  if (name === '$not') {
    if (!isObject(operand)) throw filterError(field, 'must hold operators, e.g. { "$gt": 5 }');
    return operators(operand, { path, at: field });
  }
  const check = Object.hasOwn(operandChecks, name) ? operandChecks[name] : undefined;
  if (!check) throw misplaced(name, field);
  check(operand, field);
  // sift reads the elements of $all as queries; $eq makes values of them.
  return name === '$all' && isList(operand) ? operand.map((item) => ({ $eq: item })) : operand;
}

function regex(pattern: JsonValue, options: JsonValue | undefined, at: string) {
  if (typeof pattern !== 'string') throw filterError(`${at}.$regex`, 'must be a text');
  if (options !== undefined && typeof options !== 'string')
    throw filterError(`${at}.$options`, 'must be a text');
  return compileRegex(pattern, options ?? '', at);
}

function elemMatch(operand: JsonValue, field: Field): Query {
  if (!isObject(operand) || Object.keys(operand).length === 0) {
    throw filterError(field.at, 'must hold operators or conditions on the fields of an element');
  }
  const onElement = Object.keys(operand).every((key) => key.startsWith('$') && !isLogical(key));
  return onElement ? operators(operand, field) : conditions(operand, field.at, () => undefined);
}

function isLogical(key: string): boolean {
  return (logical as readonly string[]).includes(key);
}

function misplaced(name: string, field: string): Error {
  if (isLogical(name)) {
    return filterError(field, `${name} combines whole filters: it stands beside fields, not within one`);
  }
  if (known.includes(name)) {
    return filterError(field, `${name} goes with a field, e.g. { "data.level": { "${name}": … } }`);
  }
  return filterError(field, `unknown operator ${name}; known are ${[...logical, ...known].join(', ')}`);
}

function assertPath(path: string, field: string): void {
  if (/\[\d+\]/.test(path))
    throw filterError(field, 'elements are named by a dot and a number: "data.items.0"');
  for (const segment of path.split('.')) {
    if (segment === '') throw filterError(field, 'the path has an empty part');
    assertSafeKey(segment, field);
  }
}

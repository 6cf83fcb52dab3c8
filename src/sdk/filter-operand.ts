import { filterError } from './filter-error.ts';
import type { JsonObject, JsonValue } from './json.ts';

/** `$type` names → test. */
export const typeTests = {
  string: (value: unknown) => typeof value === 'string',
  number: (value: unknown) => typeof value === 'number',
  bool: (value: unknown) => typeof value === 'boolean',
  array: (value: unknown) => Array.isArray(value),
  object: (value: unknown) => isObject(value as JsonValue),
  null: (value: unknown) => value === null,
} as const;

export type TypeName = keyof typeof typeTests;

/** Operators that compare a field with a value, and what that value must be. Throws where it is not. */
export const operandChecks: Readonly<Record<string, (operand: JsonValue, field: string) => void>> = {
  $eq: assertLiteral,
  $ne: assertLiteral,
  $gt: assertOrdered,
  $gte: assertOrdered,
  $lt: assertOrdered,
  $lte: assertOrdered,
  $in: assertList,
  $nin: assertList,
  $all: (operand, field) => {
    assertList(operand, field);
    if (isList(operand) && operand.length === 0) throw filterError(field, 'must name at least one value');
  },
  $exists: (operand, field) => {
    if (typeof operand !== 'boolean') throw filterError(field, 'must be true or false');
  },
  $size: (operand, field) => {
    if (!isWholeNumber(operand) || operand < 0) throw filterError(field, 'must be a whole number, 0 or more');
  },
  $mod: (operand, field) => {
    const fits = isList(operand) && operand.length === 2 && operand.every(isWholeNumber) && operand[0] !== 0;
    if (!fits) throw filterError(field, 'must be [divisor, remainder], whole numbers, the divisor not 0');
  },
  $type: (operand, field) => {
    if (!isTypeName(operand)) {
      throw filterError(field, `must be one of ${Object.keys(typeTests).join(', ')}`);
    }
  },
};

export function isTypeName(value: unknown): value is TypeName {
  return typeof value === 'string' && Object.hasOwn(typeTests, value);
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value to compare with. A key with `$` in it is an operator in the wrong place, which would never match. */
export function assertLiteral(value: JsonValue, field: string): void {
  if (isList(value)) return value.forEach((item, index) => assertLiteral(item, `${field}[${index}]`));
  if (!isObject(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (key.startsWith('$')) throw filterError(`${field}.${key}`, 'an operator cannot stand within a value');
    assertSafeKey(key, `${field}.${key}`);
    assertLiteral(item, `${field}.${key}`);
  }
}

/** Every JavaScript object has these: a path to them would leave the document. */
export function assertSafeKey(key: string, field: string): void {
  if (key in Object.prototype) throw filterError(field, `"${key}" cannot be used in a filter`);
}

export function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function assertOrdered(operand: JsonValue, field: string): void {
  if (typeof operand !== 'number' && typeof operand !== 'string') {
    throw filterError(field, 'must be a number or a text');
  }
}

function assertList(operand: JsonValue, field: string): void {
  if (!isList(operand)) throw filterError(field, 'must be a list of values');
  assertLiteral(operand, field);
}

function isWholeNumber(value: JsonValue): value is number {
  return Number.isInteger(value);
}

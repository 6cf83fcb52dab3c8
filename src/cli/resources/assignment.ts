import { InvalidArgumentError } from 'commander';
import type { JsonObject, JsonValue } from '../../sdk/json.ts';

/** `--set settings.timeout=7`: where, and what. */
export interface Assignment {
  readonly path: readonly string[];
  readonly value: AssignedValue;
}

/** A value as it was given. What is in files is read only once the whole command line is known to be right. */
export type AssignedValue =
  | { readonly kind: 'json'; readonly json: JsonValue }
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'stdin' }
  | { readonly kind: 'ask' }
  | { readonly kind: 'unset' };

/** `path=value`: JSON where it looks like JSON, else text; `@file` and `@-` are read. */
export function setArgument(text: string, before: readonly Assignment[] = []): readonly Assignment[] {
  const [path, value] = halves(text);
  return [...before, { path: pathOf(path), value: typed(value) }];
}

/** `path=text`, whatever it looks like. */
export function setStringArgument(text: string, before: readonly Assignment[] = []): readonly Assignment[] {
  const [path, json] = halves(text);
  return [...before, { path: pathOf(path), value: { kind: 'json', json } }];
}

export function unsetArgument(path: string, before: readonly Assignment[] = []): readonly Assignment[] {
  return [...before, { path: pathOf(path), value: { kind: 'unset' } }];
}

export function secretArgument(path: string, before: readonly Assignment[] = []): readonly Assignment[] {
  return [...before, { path: pathOf(path), value: { kind: 'ask' } }];
}

function halves(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It is a path and a value, such as settings.timeout=7.');
  return [text.slice(0, at), text.slice(at + 1)];
}

/** `a.b.c`; `\.` is a dot within a name. */
function pathOf(text: string): readonly string[] {
  const path = text.split(/(?<!\\)\./).map((name) => name.replaceAll('\\.', '.'));
  const bad = path.find((name) => ['', '__proto__', 'constructor', 'prototype'].includes(name));
  if (bad !== undefined) throw new InvalidArgumentError(`"${text}" is not a path, such as settings.timeout.`);
  return path;
}

function typed(text: string): AssignedValue {
  if (text === '@-') return { kind: 'stdin' };
  if (text.startsWith('@')) return { kind: 'file', file: text.slice(1) };
  return { kind: 'json', json: jsonOf(text) };
}

const looksLikeJson = /^(?:true|false|null|-?\d.*|["[{][^]*)$/;

function jsonOf(text: string): JsonValue {
  if (!looksLikeJson.test(text)) return text;
  try {
    const value = JSON.parse(text) as JsonValue;
    // More digits than a number has are an id, not a quantity.
    return typeof value === 'number' && !isExact(value) ? text : value;
  } catch (error) {
    // 18:00 and 2027-01-01 begin like a number.
    if (!/^["[{]/.test(text)) return text;
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidArgumentError(
      `The value is not JSON: ${reason}. In a shell, put it in single quotes; for a text, take --set-string.`,
    );
  }
}

function isExact(value: number): boolean {
  return !Number.isInteger(value) || Number.isSafeInteger(value);
}

/** The document with a value at a path; objects on the way there come into being. */
export function withValue(
  document: JsonObject,
  [name = '', ...rest]: readonly string[],
  value: JsonValue,
): JsonObject {
  if (rest.length === 0) return { ...document, [name]: value };
  const inner = document[name];
  return { ...document, [name]: withValue(isObject(inner) ? inner : {}, rest, value) };
}

/** What `over` says, and of the rest what stands there already. */
export function merged(document: JsonObject, over: JsonObject): JsonObject {
  const result: Record<string, JsonValue> = { ...document };
  for (const [name, value] of Object.entries(over)) {
    const inner = result[name];
    result[name] = isObject(inner) && isObject(value) ? merged(inner, value) : value;
  }
  return result;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import type { JsonObject, JsonValue } from '../sdk/index.ts';
import { parseText, parseVariable, type Part } from './template-placeholder.ts';
import { createLookup, type Lookup, type TemplateScope } from './template-scope.ts';

export { checkTemplate } from './template-check.ts';
export type { Insert, TemplateScope } from './template-scope.ts';

/**
 * A value with placeholders in its texts, ready to be filled in again and again. Keys of objects are not filled
 * in: what a message is made of is fixed, only what it says changes.
 */
export interface Template {
  /** The placeholders as written; an escape counts too. Empty: `render` returns the value as it is. */
  readonly placeholders: readonly string[];
  /**
   * Fills in. A text that is exactly one placeholder takes the JSON type of the value; within a text, values are
   * inserted as text, objects as JSON. A placeholder without a value stays as it is written. Throws only a
   * RangeError, when the scope sets a limit.
   */
  render(scope: TemplateScope): JsonValue;
}

type Render = (scope: TemplateScope) => JsonValue;

/** Prepares a value. Never fails: what `checkTemplate` would report stays visible in the message. */
export function compileTemplate(value: JsonValue): Template {
  const placeholders: string[] = [];
  const render = compileValue(value, placeholders);
  return { placeholders, render: render ?? (() => value) };
}

/** Whether a text has a placeholder in it, known or not. */
export function hasPlaceholder(text: string): boolean {
  return parseText(text).some(({ kind }) => kind === 'placeholder');
}

/** Undefined if there is nothing to fill in. */
function compileValue(value: JsonValue, placeholders: string[]): Render | undefined {
  if (typeof value === 'string') return compileText(value, placeholders);
  if (typeof value !== 'object' || value === null) return undefined;
  if (isArray(value)) return compileArray(value, placeholders);
  return compileObject(value, placeholders);
}

function compileArray(items: readonly JsonValue[], placeholders: string[]): Render | undefined {
  const renders = items.map((item) => compileValue(item, placeholders));
  if (renders.every((render) => render === undefined)) return undefined;
  const slots = items.map((item, index) => renders[index] ?? (() => item));
  return (scope) => slots.map((render) => render(scope));
}

function compileObject(object: JsonObject, placeholders: string[]): Render | undefined {
  const renders = Object.entries(object).flatMap(([key, item]) => {
    const render = compileValue(item, placeholders);
    return render ? [{ key, render }] : [];
  });
  if (renders.length === 0) return undefined;
  return (scope) => {
    // Copied first: a key that exists is overwritten in place, so that even `__proto__` stays an ordinary key.
    const copy: Record<string, JsonValue> = { ...object };
    for (const { key, render } of renders) copy[key] = render(scope);
    return copy;
  };
}

function compileText(text: string, placeholders: string[]): Render | undefined {
  const slots = parseText(text).map(compilePart);
  if (slots.every(({ lookup }) => lookup === undefined)) {
    const unescaped = slots.map(({ raw }) => raw).join('');
    if (unescaped === text) return undefined;
    placeholders.push('$${');
    return () => unescaped;
  }
  placeholders.push(...slots.flatMap(({ raw, lookup }) => (lookup ? [raw] : [])));

  const [only, ...others] = slots;
  if (only?.lookup && others.length === 0) return wholeValue(only.lookup, only.raw);
  return (scope) => {
    let filled = '';
    for (const { raw, lookup } of slots) filled += lookup ? asText(lookup(scope), raw, scope) : raw;
    return filled;
  };
}

/** A piece of a text: copied if it has no look-up. */
interface Slot {
  readonly raw: string;
  readonly lookup?: Lookup;
}

function compilePart(part: Part): Slot {
  switch (part.kind) {
    case 'text':
      return { raw: part.text };
    case 'unclosed':
      return { raw: part.raw };
    case 'placeholder':
      return { raw: part.raw, lookup: createLookup(parseVariable(part.content)) };
  }
}

function wholeValue(lookup: Lookup, raw: string): Render {
  return (scope) => {
    if (scope.insert) return asText(lookup(scope), raw, scope);
    const value = lookup(scope);
    return value === undefined ? raw : value;
  };
}

/** As it stands in a text. */
export function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function asText(value: JsonValue | undefined, raw: string, { room, insert }: TemplateScope): string {
  if (value === undefined) return raw;
  const text = insert ? insert(textOf(value)) : textOf(value);
  if (room && (room.characters -= text.length) < 0) throw new RangeError('the inserted values are too large');
  return text;
}

// Array.isArray does not narrow readonly arrays.
function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

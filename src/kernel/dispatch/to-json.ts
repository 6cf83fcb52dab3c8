import type { JsonValue } from '../../sdk/index.ts';
import { messageOf } from './verdict.ts';

/** Whatever a plugin gave for the log of a run, all of it together: as much as an event may have. */
const mostCharacters = 256 * 1024;
const deepest = 64;

/**
 * A copy of what a plugin gave, as `JSON.parse(JSON.stringify(value))` would make it, its texts passed through
 * `text`. Never throws: what cannot be JSON, or is too large, becomes a note that says so.
 */
export function toJson(value: unknown, text: (text: string) => string): JsonValue {
  try {
    return new Copy(text).of(value) ?? notKept(new TypeError(`a ${typeof value} is not JSON`));
  } catch (error) {
    return text(notKept(error));
  }
}

/** Stands in the log in the place of what could not be read. */
export function notKept(error: unknown): string {
  return `<not kept: ${messageOf(error)}>`;
}

class Copy {
  readonly #text: (text: string) => string;
  readonly #around: object[] = [];
  #left = mostCharacters;

  constructor(text: (text: string) => string) {
    this.#text = text;
  }

  /** Undefined for what JSON leaves out. */
  of(value: unknown): JsonValue | undefined {
    this.#spend(1);
    switch (typeof value) {
      case 'string':
        return this.#string(value);
      case 'number':
        return Number.isFinite(value) ? value : null;
      case 'boolean':
        return value;
      case 'object':
        return value === null ? null : this.#object(value);
      case 'bigint':
        throw new TypeError('a bigint is not JSON');
      default:
        return undefined;
    }
  }

  #string(value: string): string {
    this.#spend(value.length);
    return this.#text(value);
  }

  #object(value: object): JsonValue | undefined {
    if (this.#around.includes(value)) throw new TypeError('it contains itself');
    if (this.#around.length === deepest)
      throw new RangeError(`it is nested deeper than ${String(deepest)} levels`);
    this.#around.push(value);
    const copy = this.#contents(value);
    this.#around.pop();
    return copy;
  }

  #contents(value: object): JsonValue | undefined {
    if ('toJSON' in value && typeof value.toJSON === 'function') {
      const made: unknown = (value as { toJSON(): unknown }).toJSON();
      return made === value ? this.#entries(value) : this.of(made);
    }
    if (Array.isArray(value)) return this.#items(value);
    // As JSON has it: new String('a') is "a".
    if (value instanceof String || value instanceof Number || value instanceof Boolean) {
      return this.of(value.valueOf());
    }
    return this.#entries(value);
  }

  // Not with map, which would run over all holes of an array before anything is counted.
  #items(items: readonly unknown[]): JsonValue {
    const copies: JsonValue[] = [];
    for (const item of items) copies.push(this.of(item) ?? null);
    return copies;
  }

  #entries(value: object): JsonValue {
    const entries: [string, JsonValue][] = [];
    for (const [key, item] of Object.entries(value)) {
      const copy = this.of(item);
      if (copy !== undefined) entries.push([this.#string(key), copy]);
    }
    return Object.fromEntries(entries);
  }

  #spend(characters: number): void {
    this.#left -= characters;
    if (this.#left < 0) throw new RangeError(`it is larger than ${String(mostCharacters / 1024)} KiB`);
  }
}

import { p, Type, type EntityProperty, type Platform } from '@mikro-orm/core';
import type { JsonValue } from '../../sdk/index.ts';

/**
 * JSON exactly as it came: text on SQLite, `json` on PostgreSQL. Not `jsonb`, which reorders keys and refuses
 * strings with \u0000.
 */
class JsonColumn extends Type<JsonValue, string> {
  override convertToDatabaseValue(value: JsonValue): string {
    return JSON.stringify(value);
  }

  override convertToJSValue(value: string): JsonValue {
    return JSON.parse(value) as JsonValue;
  }

  /** As text: the driver would parse it, and the JSON value null could not be told from an empty column. */
  override convertToJSValueSQL(key: string, platform: Platform): string {
    return onPostgres(platform) ? `${key}::text` : key;
  }

  override getColumnType(_property: EntityProperty, platform: Platform): string {
    return onPostgres(platform) ? 'json' : 'text';
  }

  override compareAsType(): string {
    return 'any';
  }

  override ensureComparable(): boolean {
    return false;
  }
}

function onPostgres(platform: Platform): boolean {
  return platform.getJsonDeclarationSQL() === 'jsonb';
}

/** A column that holds any JSON value. */
export const json = <T>() => p.type(JsonColumn).$type<T>();

/** Epoch milliseconds. */
export const epoch = () => p.bigint('number');

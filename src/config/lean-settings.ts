import { isDeepStrictEqual } from 'node:util';
import type { JsonObject, z } from '../sdk/index.ts';

/**
 * Settings without what the schema fills in by itself: the least that is parsed to the same. Settings that the schema does
 * not leave as they are stay whole.
 */
export function leanSettings(schema: z.ZodType, settings: JsonObject): JsonObject {
  const isSame = (candidate: JsonObject): boolean => {
    const { data, success } = schema.safeParse(candidate);
    return success && isDeepStrictEqual(data, settings);
  };
  return isSame(settings) ? lean(settings, isSame) : settings;
}

function lean(value: JsonObject, isSame: (candidate: JsonObject) => boolean): JsonObject {
  let current = value;
  for (const [key, item] of Object.entries(value)) {
    const { [key]: _, ...without } = current;
    if (isSame(without)) {
      current = without;
    } else if (isMapping(item)) {
      const others = current;
      const inner = lean(item, (candidate) => isSame({ ...others, [key]: candidate }));
      current = { ...current, [key]: inner };
    }
  }
  return current;
}

function isMapping(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

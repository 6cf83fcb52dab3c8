import type { JsonValue } from '../../sdk/index.ts';

/** A value's JSON is at most this many times as long as the least that is counted: a number may have 24 digits. */
const spread = 25;

/** Whether a value takes more than `limit` characters as JSON. Quick for what is small and for what is huge. */
export function isLongerThan(value: JsonValue, limit: number): boolean {
  const least = leastLength(value, limit);
  return least > limit || (least * spread > limit && JSON.stringify(value).length > limit);
}

/** Without commas and escapes. Counts no further than the limit. */
function leastLength(value: JsonValue, limit: number): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 1;
  let length = 2;
  if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[]) {
      if (length > limit) break;
      length += leastLength(item, limit - length);
    }
    return length;
  }
  for (const [key, item] of Object.entries(value)) {
    if (length > limit) break;
    length += key.length + 3 + leastLength(item, limit - length);
  }
  return length;
}

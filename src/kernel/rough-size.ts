import type { JsonValue } from '../sdk/index.ts';

/** About how many bytes a JSON value takes in memory. Quick, not exact; counts little further than `most`. */
export function roughSize(value: JsonValue, most = Infinity): number {
  if (typeof value === 'string') return 24 + value.length;
  if (typeof value !== 'object' || value === null) return 8;
  let size = 32;
  if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[]) {
      if (size > most) break;
      size += 8 + roughSize(item, most - size);
    }
  } else {
    const object = value as Readonly<Record<string, JsonValue>>;
    for (const key in object) {
      if (size > most) break;
      size += 16 + key.length + roughSize(object[key] ?? null, most - size);
    }
  }
  return size;
}

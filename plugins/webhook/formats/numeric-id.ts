import type { JsonValue } from 'signalbox/sdk';

/** The other systems number their objects: a key that is written as a whole number becomes one. */
export function numericId(id: JsonValue): JsonValue {
  const number = Number(id);
  return typeof id === 'string' && Number.isSafeInteger(number) && String(number) === id ? number : id;
}

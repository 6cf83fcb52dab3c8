import type { JsonValue } from '../sdk/index.ts';

/** Control characters, and halves of characters. */
const unfit = /[\p{Cc}\p{Cs}]/u;
const longest = 200;

/** What an event's data calls its object: their text `name`, if they have one that can be a name. */
export function nameIn(data: JsonValue): string | undefined {
  if (typeof data !== 'object' || data === null || !('name' in data)) return undefined;
  const { name } = data;
  const fits = typeof name === 'string' && name.trim() !== '' && name.length <= longest && !unfit.test(name);
  return fits ? name : undefined;
}

/*
 * Grams are the pieces of a fixed length that a text consists of: "/api", "api/", "pi/v" … Here they are numbers,
 * made of their characters and length; two that share a number only cost a needless try.
 */

/** Longer ones are rarer. */
export const gramSizes: readonly number[] = [8, 4, 2];

/** The longest grams that a text has; undefined when it is too short for any. */
export function sizeFor(text: string): number | undefined {
  return gramSizes.find((size) => size <= text.length);
}

/** The grams of a text, in its own size. */
export function* gramsIn(text: string): Generator<number> {
  const size = sizeFor(text);
  if (size === undefined) return;
  for (let at = 0; at + size <= text.length; at++) yield hashAt(text, at, size);
}

export function hashAt(text: string, at: number, size: number): number {
  let hash = size;
  for (let i = at; i < at + size; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

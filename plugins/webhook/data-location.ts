const deepest = 16;
const longestList = 100;
const refusedKeys = new Set(['__proto__', 'constructor', 'prototype']);
const index = /^(?:0|[1-9]\d*)$/;

/** The text around a payload that lies somewhere in a JSON document. */
export interface Wrapping {
  readonly before: string;
  readonly after: string;
}

/** Whether a name in a location is a place in a list. */
export function isPlace(name: string): boolean {
  return index.test(name);
}

/** Why no document can be built for a data location; undefined when one can. */
export function locationProblem(location: string): string | undefined {
  const parts = location.split('/');
  if (parts.includes('')) return 'must be names separated by single slashes, such as root/result';
  if (parts.length > deepest) return `must not be more than ${deepest} levels deep`;
  const refused = parts.find((part) => refusedKeys.has(part));
  if (refused !== undefined) return `must not contain the name ${refused}`;
  const far = parts.find((part) => isPlace(part) && Number(part) >= longestList);
  if (far !== undefined) return `must not go beyond place ${longestList - 1} of a list, got ${far}`;
  return undefined;
}

/**
 * Text to put before and after a JSON payload so that it lies at the location: `root/result` gives
 * `{"root":{"result":` and `}}`. A number is a place in a list; the places before it are null.
 */
export function wrappingOf(location: string): Wrapping {
  const parts = location.split('/');
  const opened = parts.map((part) =>
    isPlace(part) ? `[${'null,'.repeat(Number(part))}` : `{${JSON.stringify(part)}:`,
  );
  const closed = parts.map((part) => (isPlace(part) ? ']' : '}'));
  return { before: opened.join(''), after: closed.reverse().join('') };
}

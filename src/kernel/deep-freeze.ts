/**
 * Freezes what several runs are given in common, so that no plugin can change it for the next one. Plain objects and
 * arrays only: what a schema made otherwise (a Date, a URL) is the plugin's own.
 */
export function deepFreeze<T>(value: T): T {
  if (isPlain(value) && !Object.isFrozen(value)) {
    // Frozen before it is gone through: it may contain itself.
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
  }
  return value;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}

import type { Cause } from './object-type.ts';

/**
 * Header of requests that a run has caused. A gateway or an application that sees it can name the cause of what it
 * reports, so that a chain that leads over the network ends like any other.
 */
export const causeHeader = 'signalbox-cause';

/** `0199ed2b-6f6e-7000-8000-000000000001;depth=2` */
export function formatCause({ id, depth }: Cause): string {
  return `${id};depth=${String(depth)}`;
}

/** Undefined when the value is not what `formatCause` writes. */
export function parseCause(value: unknown): Cause | undefined {
  const found = typeof value === 'string' ? /^([\w-]{1,64});depth=(\d{1,4})$/.exec(value) : null;
  return found ? { id: found[1] ?? '', depth: Number(found[2]) } : undefined;
}

import type { DriverTarget, Logger, PowerAction } from 'signalbox/sdk';

export const powerActions: readonly PowerAction[] = ['power_on', 'power_off', 'kill', 'reset'];

/** A VM that names `id` at the connection `lab`. */
export function vmNamed(id: string, given: Partial<DriverTarget> = {}): DriverTarget {
  return { type: 'vm', key: 'gpu-01', name: 'GPU 01', connection: 'lab', id, ...given };
}

/** What something fails with; an error that says so when it does not. */
export async function failureOf(work: Promise<unknown>): Promise<Error> {
  const error: unknown = await work.then(
    (result) => new Error(`it did not fail: ${JSON.stringify(result)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof Error) return error;
  throw new Error('the rejection is not an Error');
}

/** A logger that keeps its lines as text. */
export function keptLog(): { readonly logger: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (first: unknown, second?: unknown): void => {
    lines.push([first, second].map(textOf).join(' '));
  };
  return { lines, logger: { debug: keep, info: keep, warn: keep, error: keep } };
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (inner instanceof Error ? inner.stack : inner));
}

import { InvalidArgumentError } from 'commander';
import { runStates } from '../domain/records.ts';
import { scopes } from '../domain/scopes.ts';

/* Readers of option values. What they refuse is a usage error: exit code 2. */

export function portArgument(value: string): number {
  const port = wholeNumber(value);
  if (port === undefined || port > 65_535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

export function limitArgument(value: string): number {
  const limit = wholeNumber(value);
  if (limit === undefined || limit < 1 || limit > 500)
    throw new InvalidArgumentError('It is a number from 1 to 500.');
  return limit;
}

export function urlArgument(value: string): string {
  if (!isHttpUrl(value)) {
    throw new InvalidArgumentError(`"${value}" is not an http or https address.`);
  }
  return value;
}

export function isHttpUrl(value: string): boolean {
  return ['http:', 'https:'].includes(URL.parse(value)?.protocol ?? '');
}

/** `failed` or `failed,held`. */
export function statesArgument(value: string): string {
  const unknown = value.split(',').find((state) => !runStates.some((known) => known === state));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`"${unknown}" is not a state; states are ${runStates.join(', ')}.`);
  }
  return value;
}

/** `ingest,read`, or one at a time. */
export function scopesArgument(value: string, before: readonly string[] = []): readonly string[] {
  const given = value.split(',').map((scope) => scope.trim());
  const unknown = given.find((scope) => !scopes.some((known) => known === scope));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`"${unknown}" is not a scope; scopes are ${scopes.join(', ')}.`);
  return [...new Set([...before, ...given])];
}

export function jsonArgument(value: string): unknown {
  try {
    return JSON.parse(value) as unknown;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidArgumentError(`It is not JSON: ${reason}. In a shell, put it in single quotes.`);
  }
}

function wholeNumber(value: string): number | undefined {
  return /^\d+$/.test(value) ? Number(value) : undefined;
}

import { PermanentError, RetryableError, targetValues, type DriverTarget } from 'signalbox/sdk';
import { busy, describe, isBusy, send, shown, urlOf, type Access } from './request.ts';
import type { HttpSettings } from './settings.ts';

type StateSettings = NonNullable<HttpSettings['state']>;
type Meaning = Exclude<keyof StateSettings, 'path' | 'at'>;

/** Which of the states the value in the answer means. */
export async function readState<State extends Meaning>(
  access: Access,
  target: DriverTarget,
  states: readonly State[],
): Promise<State | 'unknown'> {
  const { settings } = access;
  const { state: wanted } = settings;
  if (!wanted || !states.some((state) => wanted[state] !== undefined)) return 'unknown';
  const url = urlOf(settings, wanted.path, targetValues(target, 'state'));
  const response = await send(access, { method: 'GET', url });
  if (isBusy(response)) throw busy(response, access);
  const { status, body } = response;
  if (status >= 500 || status === 408) throw new RetryableError(describe(response, access));
  if (status < 200 || status > 299) throw new PermanentError(describe(response, access));
  const value = valueIn(body, wanted.at);
  const state = states.find((candidate) => means(wanted[candidate], value));
  if (state !== undefined) return state;
  const place = wanted.at ?? 'the answer';
  const found = value === undefined ? 'missing' : shown(JSON.stringify(value), access, 100);
  throw new RetryableError(`${place} is ${found}, which means no state`);
}

function means(values: StateSettings[Meaning], value: unknown): boolean {
  if (values === undefined) return false;
  return Array.isArray(values) ? values.includes(value as never) : values === value;
}

/** Without a place it is the text of the answer. */
function valueIn(body: string, at: string | undefined): unknown {
  if (at === undefined) return body.trim();
  let value: unknown = parsed(body);
  for (const step of at.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

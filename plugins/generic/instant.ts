import { PermanentError, type JsonValue } from 'signalbox/sdk';

/** Epoch seconds of any time that may come have fewer digits, milliseconds have more. */
const firstMilliseconds = 100_000_000_000;
const zoned = /(?:[Zz]|[+-]\d\d:?\d\d)$/;

/** Reads a time as other systems write it; one without a zone is UTC. Undefined where there is none. */
export function instant(value: JsonValue | undefined, place: string): Date | undefined {
  if (value == null) return undefined;
  const time = typeof value === 'string' ? timeOf(value.trim()) : value;
  const date =
    typeof time === 'number' ? new Date(time < firstMilliseconds ? time * 1_000 : time) : undefined;
  if (date && !Number.isNaN(date.getTime())) return date;
  throw new PermanentError(`${place}: ${JSON.stringify(value).slice(0, 60)} is no time`);
}

function timeOf(text: string): number {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text)) return Number.NaN;
  const iso = text.replace(' ', 'T').replace(' ', '');
  return Date.parse(zoned.test(iso) ? iso : `${iso}Z`);
}

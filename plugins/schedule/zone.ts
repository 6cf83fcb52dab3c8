import { Temporal } from 'temporal-polyfill';
import { hourMs, minuteMs, formatLocal } from './local-time.ts';

/** A stretch of time in which the clocks of a zone were not changed. Instants are epoch ms. */
export interface Period {
  /** -Infinity for the first. */
  readonly from: number;
  /** Exclusive; Infinity for the last. */
  readonly until: number;
  /** What clocks show is the instant and this, ms. */
  readonly offset: number;
  /** That of the period before. */
  readonly before: number;
}

/** More than any zone has ever been away from UTC, ms. */
export const farthestOffset = 16 * hourMs;

const known = new Map<string, Period[]>();

/** The period that an instant lies in. Those asked for once are kept. */
export function periodAt(zone: string, instant: number): Period {
  let periods = known.get(zone);
  if (!periods) known.set(zone, (periods = []));
  // Those that are asked for lie close together, and were found last.
  let period = periods.findLast(({ from, until }) => from <= instant && instant < until);
  if (!period) periods.push((period = findPeriod(zone, instant)));
  return period;
}

let ofServer: string | undefined;

/** The zone of the server. */
export function serverZone(): string {
  return (ofServer ??= Intl.DateTimeFormat().resolvedOptions().timeZone);
}

/** Each formatter takes kilobytes outside of the heap, which are not missed there until long after. */
const zones = new Set<string>();

/** Whether there is an IANA time zone of this name. */
export function isZone(name: string): boolean {
  if (zones.has(name)) return true;
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    return false;
  }
  zones.add(name);
  return true;
}

/**
 * When clocks in a zone show a time. As RFC 5545, 3.3.5 has it: the first time, when they show it twice; when they skip
 * it, as if they had not been changed yet.
 */
export function instantOf(zone: string, local: number): number {
  let period = periodAt(zone, local - farthestOffset);
  while (local >= period.until + period.offset) period = periodAt(zone, period.until);
  return local - (local < period.from + period.offset ? period.before : period.offset);
}

/** `2027-03-01T08:00:00+01:00` */
export function formatInZone(zone: string, instant: number): string {
  const { offset } = periodAt(zone, instant);
  const minutes = Math.round(Math.abs(offset) / minuteMs);
  const parts = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
  return `${formatLocal(instant + offset)}${offset < 0 ? '-' : '+'}${parts.join(':')}`;
}

function findPeriod(zone: string, instant: number): Period {
  const at = zoned(zone, instant);
  // The one before is strictly before.
  const from = zoned(zone, instant + 1).getTimeZoneTransition('previous')?.epochMilliseconds ?? -Infinity;
  const until = at.getTimeZoneTransition('next')?.epochMilliseconds ?? Infinity;
  const offset = offsetOf(at);
  return { from, until, offset, before: from === -Infinity ? offset : offsetOf(zoned(zone, from - 1)) };
}

function zoned(zone: string, instant: number): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(Math.trunc(instant)).toZonedDateTimeISO(zone);
}

function offsetOf(at: Temporal.ZonedDateTime): number {
  return Math.round(at.offsetNanoseconds / 1e6);
}

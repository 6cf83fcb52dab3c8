import { dayMs, parseLocal } from './local-time.ts';
import { formatInZone, instantOf } from './zone.ts';

const untilForm = /(?:^|;)UNTIL=([^;]*)/;
const dateForm = /^(\d{8})(?:T(\d{6})(Z?))?$/;

export interface RuleUntil {
  /** Without its UNTIL. */
  readonly rule: string;
  /** The last instant that counts. */
  readonly last: number;
  /** The same on a clock in the zone: `2027-03-01`, which counts to its end, or `2027-03-01T18:00:00`. */
  readonly until?: string;
}

/**
 * What the UNTIL of an RFC 5545 rule comes to. A time with a Z is in UTC, one without is in the zone of the rule. Throws when
 * it is neither that nor a date.
 */
export function splitUntil(rule: string, zone: string): RuleUntil {
  const [part, text] = untilForm.exec(rule) ?? [];
  if (part === undefined || text === undefined) return { rule, last: Infinity };
  const [, date, time, utc] = dateForm.exec(text) ?? [];
  const until = [date?.replace(/^(....)(..)/, '$1-$2-'), time?.replace(/^(..)(..)/, '$1:$2:')]
    .filter(Boolean)
    .join('T');
  const local = parseLocal(until);
  if (!local) {
    throw new Error('its UNTIL must be a date, or a date and time, such as 20271231 or 20271231T170000Z');
  }
  const others = { rule: rule.replace(part, '').replace(/^;/, '') };
  if (!local.hasTime) return { ...others, last: instantOf(zone, local.at + dayMs) - 1, until };
  if (utc !== 'Z') return { ...others, last: instantOf(zone, local.at), until };
  return { ...others, last: local.at, until: formatInZone(zone, local.at).slice(0, 19) };
}

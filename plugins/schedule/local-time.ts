/*
 * Times on a clock on the wall, which says nothing of its zone: milliseconds that the clock would show in 1970, were it
 * in London. Calendar arithmetic needs nothing else.
 */

export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 86_400_000;

const dateForm = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?$/;
const timeForm = /^(\d\d):(\d\d)(?::(\d\d))?$/;

/** `2027-03-01` or `2027-03-01T08:00`; undefined when it is neither, or there is no such day or time. */
export function parseLocal(text: string): { readonly at: number; readonly hasTime: boolean } | undefined {
  const match = dateForm.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  const written = [String(match[1]), match[2], match[3]].join('-');
  const exists = new Date(at).toISOString().startsWith(written) && minute < 60 && second < 60 && hour < 24;
  return exists && year >= 1970 ? { at, hasTime: match[4] !== undefined } : undefined;
}

/** Milliseconds since midnight of `18:00` or `18:00:30`; 24:00 is the end of the day. */
export function parseTimeOfDay(text: string): number | undefined {
  const match = timeForm.exec(text);
  if (!match) return undefined;
  const [hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  const ms = hour * hourMs + minute * minuteMs + second * 1_000;
  return minute < 60 && second < 60 && ms <= dayMs ? ms : undefined;
}

/** `2027-03-01T08:00:00` */
export function formatLocal(at: number): string {
  return new Date(at).toISOString().slice(0, 19);
}

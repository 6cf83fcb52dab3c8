import { InvalidArgumentError } from 'commander';

/* Times as people read them: on the clock of their machine. */

/** `2027-03-01 18:00:05`; as it came when it is no time. */
export function timeText(time: string | Date): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return String(time);
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(twoDigits).join('-');
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
  return `${day} ${clock}`;
}

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** `Friday 2027-03-26 18:00` */
export function dayText(time: Date): string {
  return `${weekdays[time.getDay()] ?? ''} ${timeText(time).replace(/:00$/, '')}`;
}

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** `in 3 hours`, `in 1 day`, `now`. */
export function untilText(time: Date, now: Date): string {
  const ms = time.getTime() - now.getTime();
  const fitting = units.find(([, length]) => ms >= length);
  if (!fitting) return 'now';
  const [unit, length] = fitting;
  const count = Math.floor(ms / length);
  return `in ${count} ${unit}${count === 1 ? '' : 's'}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** A day, or a time of a day, as RFC 3339. Without a zone it is on the clock of this machine. */
export function timeArgument(value: string): string {
  // A day alone would be taken for midnight in UTC.
  const time = Date.parse(/^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00` : value);
  if (Number.isNaN(time))
    throw new InvalidArgumentError('It is a time, such as 2027-03-01 or 2027-03-01T18:00.');
  return new Date(time).toISOString();
}

const form = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d):\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** Epoch milliseconds of an RFC 3339 time, such as `2026-03-01T12:00:00Z`; NaN where it is none. */
export function instantOf(text: string): number {
  const [, day = '', hour] = form.exec(text) ?? [];
  // Date.parse takes 30 February for 2 March, and 24 o'clock for midnight of the day after.
  return isDay(day) && hour !== '24' ? Date.parse(text) : NaN;
}

function isDay(day: string): boolean {
  const midnight = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}

/*
 * `Thu, 16 Oct 2025 11:38:07 EDT`. A formatter costs far more than a message, so there is one for each zone, and
 * each keeps the text of the last second.
 */

// No single locale of Intl abbreviates every zone: en-US says "EDT" but "GMT+2", en-GB says "CEST" but "GMT-4".
const locales = ['en-US', 'en-GB', 'en-AU', 'en-NZ', 'en-IN', 'en-ZA'] as const;

type Formatter = (now: Date) => string;

const formatters = new Map<string | undefined, Formatter>();

/** The full date string of a moment, in the server's time zone if none is given. */
export function formatDate(now: Date, timeZone?: string): string {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = createFormatter(timeZone);
    formatters.set(timeZone, formatter);
  }
  return formatter(now);
}

function createFormatter(timeZone: string | undefined): Formatter {
  const zone = timeZone === undefined ? {} : { timeZone };
  const clock = new Intl.DateTimeFormat('en-US', {
    ...zone,
    weekday: 'short',
    day: '2-digit',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  const names = locales.map((locale) => new Intl.DateTimeFormat(locale, { ...zone, timeZoneName: 'short' }));

  let lastSecond = NaN;
  let lastText = '';
  return (now) => {
    const second = Math.floor(now.getTime() / 1000);
    if (second !== lastSecond) {
      lastText = `${formatClock(clock, now)} ${abbreviation(names, now)}`;
      lastSecond = second;
    }
    return lastText;
  };
}

function formatClock(clock: Intl.DateTimeFormat, now: Date): string {
  const parts = new Map(clock.formatToParts(now).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  const date = `${part('weekday')}, ${part('day')} ${part('month')} ${part('year')}`;
  return `${date} ${part('hour')}:${part('minute')}:${part('second')}`;
}

function abbreviation(names: readonly Intl.DateTimeFormat[], now: Date): string {
  let offset = 'UTC';
  for (const [index, format] of names.entries()) {
    const name = format.formatToParts(now).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    if (/^[A-Z]+$/.test(name)) return name;
    if (index === 0) offset = name;
  }
  return offset;
}

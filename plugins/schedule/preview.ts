import { z, type JsonObject } from 'signalbox/sdk';
import { dayMs } from './local-time.ts';
import { recurrenceOf } from './recurrence.ts';
import type { Schedule } from './scheduler.ts';
import { sentenceOf } from './sentence.ts';
import { between } from './times.ts';
import { formatInZone } from './zone.ts';

const countProblem = 'must be a whole number from 1 to 1,000';

export const previewQuery = z.strictObject({
  count: z.coerce
    .number(countProblem)
    .int(countProblem)
    .min(1, countProblem)
    .max(1_000, countProblem)
    .default(20)
    .describe('How many times.'),
  from: z.iso
    .datetime({ offset: true, error: 'must be an RFC 3339 time, such as 2027-03-01T12:00:00Z' })
    .optional()
    .describe('From when on. Default: now.'),
});

/** No further ahead than this after the first: rules that are sparse take long to work out. */
const aheadMs = 100 * 366 * dayMs;
/** After this long, counted from the first, no more times are worked out, ms: other work waits meanwhile. */
const patienceMs = 250;

interface Preview {
  readonly count: number;
  /** Epoch ms. */
  readonly from: number;
}

/** The coming times of a schedule, whether it is switched on or not; fewer when they take too long to work out. */
export function preview({ settings }: Schedule, { count, from }: Preview): JsonObject {
  const { zone, times } = recurrenceOf(settings);
  const items: JsonObject[] = [];
  const first = times.next(from - 1);
  const begun = performance.now();
  const within = between(times, -Infinity, (first ?? 0) + aheadMs);
  for (let at = first; at !== undefined; at = within.next(at)) {
    items.push({ due: new Date(at).toISOString(), local: formatInZone(zone, at) });
    if (items.length === count || performance.now() - begun > patienceMs) break;
  }
  return { text: sentenceOf(settings), zone, items };
}

/** What is shown beside a schedule. */
export function summary(
  { settings }: Schedule,
  { now, enabled }: { readonly now: number; readonly enabled: boolean },
): JsonObject {
  const next = enabled ? recurrenceOf(settings).times.next(now) : undefined;
  return { text: sentenceOf(settings), next: next === undefined ? null : new Date(next).toISOString() };
}

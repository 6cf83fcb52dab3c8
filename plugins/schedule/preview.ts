import { z, type JsonObject } from 'signalbox/sdk';
import { recurrenceOf } from './recurrence.ts';
import type { Schedule } from './scheduler.ts';
import { sentenceOf } from './sentence.ts';
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

interface Preview {
  readonly count: number;
  /** Epoch ms. */
  readonly from: number;
}

/** The coming times of a schedule, whether it is switched on or not. */
export function preview({ settings }: Schedule, { count, from }: Preview): JsonObject {
  const { zone, times } = recurrenceOf(settings);
  const items: JsonObject[] = [];
  for (let at = times.next(from - 1); at !== undefined && items.length < count; at = times.next(at)) {
    items.push({ due: new Date(at).toISOString(), local: formatInZone(zone, at) });
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

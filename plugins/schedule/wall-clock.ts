import type { Times } from './times.ts';
import { farthestOffset, periodAt, type Period } from './zone.ts';

/**
 * The instants at which clocks in a zone show the times of a rule. A time that the clocks show twice counts once, the
 * first time; one that they skip counts when it would have been, had they not been changed (RFC 5545, 3.3.5). With
 * `asShown` each time counts as often as the clocks show it: twice, once or not at all.
 */
export function wallClock(rule: Times, zone: string, { asShown = false } = {}): Times {
  return {
    next(after) {
      let period = periodAt(zone, after);
      for (;;) {
        const found = asShown ? shownIn(rule, period, after) : countedIn(rule, period, after);
        if (found !== undefined) return found;
        if (period.until === Infinity) return undefined;
        const following = periodAt(zone, period.until);
        const ahead = rule.next(period.until + Math.min(period.offset, following.offset) - 1);
        if (ahead === undefined) return undefined;
        period = periodAt(zone, Math.max(following.from, ahead - farthestOffset));
      }
    },
  };
}

function shownIn(rule: Times, { from, until, offset }: Period, after: number): number | undefined {
  return instantIn(rule, { offset, first: from + offset, end: until + offset, after });
}

function countedIn(rule: Times, period: Period, after: number): number | undefined {
  const { from, until, offset, before } = period;
  // Clocks were put back: what they show once more has been.
  const first = from + Math.max(offset, before);
  const shown = instantIn(rule, { offset, first, end: until + offset, after });
  if (offset <= before) return shown;
  // Clocks were put forward: what they skipped is still to come.
  const gap = { offset: before, first: from + before, end: from + offset, after };
  const skipped = instantIn(rule, gap);
  return skipped === undefined || (shown !== undefined && shown < skipped) ? shown : skipped;
}

function instantIn(
  rule: Times,
  stretch: {
    readonly offset: number;
    /** Where it begins and ends, on the wall. */
    readonly first: number;
    readonly end: number;
    /** An instant. */
    readonly after: number;
  },
): number | undefined {
  const { offset, first, end, after } = stretch;
  const lower = Math.max(after + offset, first - 1);
  if (lower >= end) return undefined;
  const local = rule.next(lower);
  return local === undefined || local >= end ? undefined : local - offset;
}

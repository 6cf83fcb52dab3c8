import { dayMs } from './local-time.ts';
import { pace, type Times } from './times.ts';
import { instantOf, periodAt } from './zone.ts';

export interface Windows {
  readonly zone: string;
  /** When each window begins, on the wall. */
  readonly begins: Times;
  /** Its length on the wall, ms; a day at most. */
  readonly lengthMs: number;
  /** Whether its end counts. */
  readonly endCounts: boolean;
  readonly stepMs: number;
  /** An instant that the steps are counted from. Default: the beginning of each window. */
  readonly phase?: number | undefined;
}

/** Windows in a row without a single step, after which there will be none. */
const patience = 2_000;

/** A steady pace that is kept only in some hours of some days. */
export function windows({ zone, begins, lengthMs, endCounts, stepMs, phase }: Windows): Times {
  return {
    next(after) {
      const { offset } = periodAt(zone, after);
      // Far enough back for a window that is open, whatever was done to the clocks since.
      let begin = begins.next(after + offset - lengthMs - dayMs);
      for (let i = 0; begin !== undefined && i < patience; i++) {
        const from = instantOf(zone, begin);
        const until = instantOf(zone, begin + lengthMs);
        const step = pace(stepMs, phase ?? from).next(Math.max(after, from - 1));
        if (step !== undefined && (step < until || (endCounts && step === until))) return step;
        begin = begins.next(begin);
      }
      return undefined;
    },
  };
}

import { Injectable } from '@nestjs/common';
import type { RunRecord } from '../../domain/records.ts';
import { Pace } from './pace.ts';
import { Preparation } from './preparation.ts';

/** Says what runs wait for that their records do not tell. */
@Injectable()
export class RunWaits {
  constructor(
    private readonly preparation: Preparation,
    private readonly pace: Pace,
  ) {}

  /**
   * When the target, having just been acted on, may be acted on again (epoch ms); undefined when it may be now. Of several
   * runs that wait for it each gets the time of the first.
   */
  notBefore(run: Pick<RunRecord, 'action' | 'target'>): number | undefined {
    if (!this.pace.knows(run.target)) return undefined;
    const minGapMs = this.#minGapMs(run);
    const left = minGapMs > 0 ? this.pace.msLeft(run.target, minGapMs) : 0;
    return left > 0 ? Date.now() + left : undefined;
  }

  #minGapMs(run: Pick<RunRecord, 'action' | 'target'>): number {
    try {
      const prepared = this.preparation.prepare(run);
      return typeof prepared === 'string' ? 0 : prepared.policy.minGapMs;
    } catch {
      // Settings that are not valid: the run fails as soon as it is looked at.
      return 0;
    }
  }
}

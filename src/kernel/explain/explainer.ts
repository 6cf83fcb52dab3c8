import { Injectable } from '@nestjs/common';
import { failedConditions, type FailedCondition } from '../../domain/filter-failures.ts';
import { splitName, type EventRecord, type ObjectRecord, type TaskRecord } from '../../domain/records.ts';
import { TargetPreview, type PreviewedTarget } from '../dispatch/target-preview.ts';
import type { DirectoryChange } from '../ports.ts';
import { ResourceIndex } from '../resources/resource-index.ts';
import { Planner } from '../routing/planner.ts';
import type { EventObstacle, TriggerVerdict } from '../routing/verdicts.ts';

/** What an event would cause now. */
export interface Explanation {
  readonly event: EventRecord;
  /** What it is about; absent when that is not in the directory. */
  readonly object?: ObjectRecord;
  /** Why it fires nothing, whatever the triggers say. */
  readonly obstacle?: EventObstacle;
  /** How many runs it would cause. */
  readonly runs: number;
  /** What it would change of its object. */
  readonly directory?: DirectoryChange;
  /** Of every trigger of its type: those that fire, those whose filter or task was asked, the others; by id. */
  readonly verdicts: readonly RankedVerdict[];
}

export type RankedVerdict = TriggerVerdict & {
  /** In the order of the list. */
  readonly rank: string;
};

/** What a task would act on. */
export interface ExplainedTargets {
  readonly total: number;
  /** Of more targets than these all runs are held. */
  readonly limit: number | undefined;
  /** The first of them. */
  readonly first: readonly PreviewedTarget[];
}

/** Says why triggers fire or do not, by the planner's own steps. It stores nothing and fires nothing. */
@Injectable()
export class Explainer {
  constructor(
    private readonly planner: Planner,
    private readonly preview: TargetPreview,
    private readonly index: ResourceIndex,
  ) {}

  explain(event: EventRecord): Explanation {
    const { runs, directory } = this.planner.plan([event]);
    const obstacle = this.planner.obstacle(event);
    const object =
      event.object === undefined ? undefined : this.index.object(splitName(event.type).type, event.object);
    return {
      event,
      ...(object && { object }),
      ...(obstacle && { obstacle }),
      runs: runs.length,
      ...(directory && { directory }),
      verdicts: Array.from(this.planner.verdicts(event), ranked).sort((a, b) => (a.rank < b.rank ? -1 : 1)),
    };
  }

  /** The conditions of its filter for which a trigger does not fire. */
  failedConditions(event: EventRecord, { record: { filter } }: TriggerVerdict): readonly FailedCondition[] {
    return filter ? failedConditions(filter, this.planner.document(event)) : [];
  }

  targets(task: TaskRecord, atMost: number): ExplainedTargets {
    const targets = this.preview.targetsOf(task);
    return {
      total: targets.length,
      limit: this.preview.limitOf(task),
      first: targets.slice(0, atMost).map((target) => this.preview.preview(task, target)),
    };
  }
}

function ranked(verdict: TriggerVerdict): RankedVerdict {
  return { ...verdict, rank: `${String(rankOf(verdict))} ${verdict.record.id}` };
}

function rankOf(verdict: TriggerVerdict): number {
  if (!('obstacle' in verdict)) return 0;
  return verdict.obstacle === 'object' || verdict.obstacle === 'tag' ? 2 : 1;
}

import type { FailedCondition } from '../../domain/filter-failures.ts';
import type { TaskRecord, TriggerRecord } from '../../domain/records.ts';
import type { Explainer, Explanation, RankedVerdict } from '../../kernel/explain/explainer.ts';
import type { EventObstacle, TriggerObstacle } from '../../kernel/routing/verdicts.ts';
import type { JsonObject, JsonValue } from '../../sdk/index.ts';
import { listPage, type List } from '../paging/list-page.ts';
import { pageView, type PageView } from '../paging/page-view.ts';
import { rfc3339Of } from '../validation/rfc3339.ts';

/** What one event would cause now, and why. */
export interface ExplanationView {
  readonly event: {
    /** Of an event that has happened. */
    readonly id?: string;
    readonly type: string;
    /** Key of the object that it is about. */
    readonly object?: string;
    readonly source: string;
    readonly time: string;
    /** How many causes there are before it. */
    readonly depth: number;
  };
  /** The object, as it is now; null when it is not in the directory. Absent when the event names none. */
  readonly object?: { readonly name: string; readonly tags: readonly string[] } | null;
  /** Why it fires nothing, whatever the triggers say. */
  readonly reason?: EventObstacle;
  /** Runs that it would cause. */
  readonly runs: number;
  /** Its object would come into being. */
  readonly registers?: true;
  /** The state of its object that it would tell. */
  readonly state?: JsonObject;
  /** What it has caused when it happened. */
  readonly happened?: {
    readonly runs: number;
    /** There are more than were counted. */
    readonly more?: true;
  };
  /** Triggers of its type. */
  readonly total: number;
  readonly triggers: PageView<ExplainedTriggerView>;
}

export interface ExplainedTriggerView {
  readonly trigger: string;
  readonly enabled: boolean;
  /** The object or the tag that it asks for. */
  readonly object?: string;
  readonly tag?: string;
  readonly fires: boolean;
  /** Why it does not. */
  readonly reason?: TriggerObstacle | EventObstacle;
  /** The conditions of its filter that do not hold. */
  readonly failed?: readonly FailedConditionView[];
  /** It has fired when the event happened. */
  readonly fired?: true;
  readonly task: { readonly id: string; readonly name?: string; readonly action?: string };
  /** What it acts on if it fires. */
  readonly targets?: {
    readonly total: number;
    /** Of more targets than these all runs are held for a person. */
    readonly maxTargets?: number;
    /** The first of them; `GET /api/tasks/:id/targets` has all. */
    readonly items: readonly ExplainedTargetView[];
  };
}

export interface FailedConditionView extends Omit<FailedCondition, 'value'> {
  readonly value?: JsonValue;
  /** The beginning of the value as JSON, where it is too long to be shown. */
  readonly valueBegins?: string;
}

export interface ExplainedTargetView {
  /** `<object type>/<key>`. */
  readonly target: string;
  readonly wouldAct: boolean;
  /** Why it would not: its run is held, or has nothing to do. */
  readonly reason?: string;
  /** For people, where there is more to say than the reason. */
  readonly detail?: string;
  /** Not before this time: the target has just been acted on. */
  readonly notBefore?: string;
}

/** What happened when the event did. */
export interface Happened {
  readonly id: string;
  /** Ids of the triggers of its runs. */
  readonly triggers: readonly (string | undefined)[];
  readonly more: boolean;
}

interface Showing {
  readonly explainer: Explainer;
  readonly page: { readonly limit: number; readonly cursor?: string };
  readonly taskOf: (record: TriggerRecord) => TaskRecord | undefined;
  readonly happened?: Happened;
}

const verdictList: List<RankedVerdict> = {
  name: 'verdicts',
  id: ({ rank }) => rank,
  sorts: {},
  texts: ({ record }) => [record.id],
};

const shownTargets = 20;
const shownValue = 1_000;

export async function explanationView(explanation: Explanation, showing: Showing): Promise<ExplanationView> {
  const { event, object, obstacle, runs, directory, verdicts } = explanation;
  const { happened, page } = showing;
  const [state] = directory?.states ?? [];
  const shown = object ? { name: object.name, tags: object.tags } : null;
  return {
    event: {
      ...(happened && { id: happened.id }),
      type: event.type,
      ...(event.object !== undefined && { object: event.object }),
      source: event.source,
      time: rfc3339Of(event.time),
      depth: event.depth,
    },
    ...(event.object !== undefined && { object: shown }),
    ...(obstacle && { reason: obstacle }),
    runs,
    // What has happened has told that already.
    ...(!happened && directory?.registered.length === 1 && { registers: true }),
    ...(!happened && state && { state: state.state }),
    ...(happened && { happened: { runs: happened.triggers.length, ...(happened.more && { more: true }) } }),
    total: verdicts.length,
    triggers: pageView(await listPage(verdictList, { items: verdicts, query: page }), (verdict) =>
      triggerView(explanation, verdict, showing),
    ),
  };
}

function triggerView(
  { event, obstacle: whole }: Explanation,
  verdict: RankedVerdict,
  { explainer, taskOf, happened }: Showing,
): ExplainedTriggerView {
  const { record } = verdict;
  const obstacle = 'obstacle' in verdict ? verdict.obstacle : undefined;
  const reason = obstacle ?? whole;
  const task = taskOf(record);
  const has = {
    failed: obstacle === 'filter' && explainer.failedConditions(event, verdict).map(failedView),
    fired: happened?.triggers.includes(record.id) === true,
    targets: task && reason === undefined && targetsView(explainer, task),
  };
  return {
    trigger: record.id,
    enabled: record.enabled,
    ...(record.object !== undefined && { object: record.object }),
    ...(record.tag !== undefined && { tag: record.tag }),
    fires: reason === undefined,
    ...(reason && { reason }),
    ...(has.failed && { failed: has.failed }),
    ...(has.fired && { fired: true }),
    task: { id: record.task, ...(task && { name: task.name, action: task.action }) },
    ...(has.targets && { targets: has.targets }),
  };
}

function targetsView(explainer: Explainer, task: TaskRecord): NonNullable<ExplainedTriggerView['targets']> {
  const { total, limit, first } = explainer.targets(task, shownTargets);
  return {
    total,
    ...(limit !== undefined && { maxTargets: limit }),
    items: first.map(({ type, key, wouldAct, reason, detail, notBefore }) => ({
      target: `${type}/${key}`,
      wouldAct,
      ...(reason !== undefined && { reason }),
      ...(detail !== undefined && { detail }),
      ...(notBefore !== undefined && { notBefore: rfc3339Of(notBefore) }),
    })),
  };
}

function failedView({ value, ...failed }: FailedCondition): FailedConditionView {
  if (value === undefined) return failed;
  const json = JSON.stringify(value);
  return json.length <= shownValue ? { ...failed, value } : { ...failed, valueBegins: json.slice(0, 200) };
}

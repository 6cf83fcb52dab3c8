import type { ExplainedTrigger, ExplanationAnswer } from './explain-answer.ts';
import type { Cell } from './table.ts';

export const explainTitles = ['TRIGGER', 'FIRES', 'TASK', 'WHY'] as const;

/** Why an event fires nothing at all. */
const obstacles: Readonly<Record<string, string>> = {
  chain_too_long: 'too many events have led to this one: the chain is stopped',
  object_needed: 'an event of this type must name its object to fire anything',
};

const reasons: Readonly<Record<string, (of: ExplainedTrigger) => string>> = {
  object: ({ object }) => (object === undefined ? 'not about its object' : `only for the object ${object}`),
  tag: ({ tag = '' }) => `the object does not bear the tag ${tag}`,
  trigger_disabled: () => 'the trigger is switched off',
  task_fired: () => 'another trigger has fired its task',
  task_missing: ({ task }) => `there is no task ${task.id}`,
  task_disabled: () => 'the task is disabled',
  task_spent: () => 'the task has run, and is to be deleted after running',
};

/** What it comes to, in a few lines. */
export function summary({ event, object, reason, runs, ...more }: ExplanationAnswer): readonly string[] {
  const { registers, happened, total } = more;
  const about = event.object === undefined ? '' : ` of ${event.object}`;
  const tags = object ? object.tags.join(', ') : '';
  const now = `would cause ${runsText(runs)} now`;
  return [
    `${event.type}${about} ${happened ? `at ${event.time} ` : ''}${now}`,
    ...(reason === undefined ? [] : [`  ${obstacles[reason] ?? reason}`]),
    ...(happened ? [`  it has caused ${runsText(happened.runs, happened.more)} when it happened`] : []),
    ...(tags === '' ? [] : [`  the object bears ${tags}`]),
    ...(object === null ? [`  the object is not known${registers ? ': it would come into being' : ''}`] : []),
    ...(total === 0 ? ['  no trigger asks for events of this type'] : []),
  ];
}

/** The rows of a trigger: one for each thing that there is to say. */
export function explainRows(trigger: ExplainedTrigger): readonly (readonly Cell[])[] {
  const { fires, fired, task } = trigger;
  const [first = '', ...others] = whys(trigger);
  const verdict: Cell = { text: fires ? 'yes' : 'no', style: fires ? 'green' : 'dim' };
  const head = [{ text: trigger.trigger }, verdict, { text: task.name ?? task.id }, { text: first }];
  const then = fired && !fires ? ['it has fired when the event happened'] : [];
  return [head, ...[...others, ...then].map((text) => [{ text: '' }, { text: '' }, { text: '' }, { text }])];
}

function whys(trigger: ExplainedTrigger): readonly string[] {
  const { reason, failed, targets, task } = trigger;
  if (failed) return failed.map(conditionText);
  if (reason !== undefined) return [reasons[reason]?.(trigger) ?? obstacles[reason] ?? reason];
  if (!targets || targets.total === 0) return [`${task.action ?? ''}: no object bears the tag of its target`];
  const more = targets.total - targets.items.length;
  return [
    ...targets.items.map((target) => `${task.action ?? ''} ${targetText(target)}`),
    ...(more > 0 ? [`and ${String(more)} more: GET /api/tasks/${task.id}/targets`] : []),
  ];
}

function conditionText({
  at,
  condition,
  value,
  valueBegins,
}: NonNullable<ExplainedTrigger['failed']>[number]) {
  if (at.includes('.$nor[')) return `${at}: must not hold: ${JSON.stringify(condition)}`;
  const got = value === undefined ? valueBegins && `${valueBegins}…` : JSON.stringify(value);
  return `${at}: wants ${JSON.stringify(condition)}, the event has ${got ?? 'nothing there'}`;
}

type Target = NonNullable<ExplainedTrigger['targets']>['items'][number];

function targetText({ target, wouldAct, reason = '', notBefore }: Target): string {
  if (wouldAct) return notBefore === undefined ? target : `${target}, not before ${notBefore}`;
  if (reason === 'already_done') return `${target}: it is so already`;
  return reason === 'settings_invalid' ? `${target}: fails, ${reason}` : `${target}: held, ${reason}`;
}

function runsText(runs: number, more?: boolean): string {
  if (more) return `more than ${String(runs)} runs`;
  return runs === 1 ? '1 run' : `${String(runs)} runs`;
}

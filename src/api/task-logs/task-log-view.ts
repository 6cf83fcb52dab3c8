import { actorText, type AuditRecord } from '../../domain/audit.ts';
import type { RunRecord } from '../../domain/records.ts';
import type { RunContext } from '../../kernel/ports.ts';
import { runView, type RunView } from '../runs/run-view.ts';
import { rfc3339Of } from '../validation/rfc3339.ts';

/** A task was carried out, or is to be. `event` has caused it: that of a schedule is `schedule.due`. */
export interface TaskRunView extends RunView {
  readonly kind: 'run';
  /** When it was made. */
  readonly time: string;
}

/** A task was created, changed or deleted. */
export interface TaskChangeView {
  readonly kind: 'change';
  /** That of the entry of the audit log. */
  readonly id: string;
  readonly time: string;
  readonly task: { readonly id: string; readonly name: string };
  readonly change: 'created' | 'updated' | 'removed';
  /** `user/alice`, `token/ci`, `config`, `signalbox`. */
  readonly actor: string;
  /** Of an update: what differs. */
  readonly changed?: readonly string[];
}

export type TaskLogView = TaskRunView | TaskChangeView;

export function taskRunView(run: RunRecord, context?: RunContext): TaskRunView {
  return { kind: 'run', time: rfc3339Of(run.createdAt), ...runView(run, context) };
}

export function taskChangeView(entry: AuditRecord): TaskChangeView {
  const { id, time, resource = '', name = resource, action, actor, changed } = entry;
  return {
    kind: 'change',
    id,
    time: rfc3339Of(time),
    task: { id: resource, name },
    change: action === 'created' || action === 'removed' ? action : 'updated',
    actor: actorText(actor),
    ...(changed && { changed }),
  };
}

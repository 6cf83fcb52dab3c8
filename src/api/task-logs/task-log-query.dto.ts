import { Transform } from 'class-transformer';
import { IsIn, IsString, Length, Matches } from 'class-validator';
import { runStates, type RunState } from '../../domain/records.ts';
import type { AuditQuery } from '../../kernel/audit/audit-port.ts';
import type { PageRequest, RunQuery } from '../../kernel/ports.ts';
import { HistoryQueryDto } from '../paging/history-query.dto.ts';
import { Optional } from '../validation/optional.ts';

export const taskLogKinds = ['run', 'change'] as const;
export type TaskLogKind = (typeof taskLogKinds)[number];

/** What the log tells of tasks, as far as it fits all that is given. */
export class TaskLogQueryDto extends HistoryQueryDto {
  /** Runs, or changes of the tasks themselves; both unless told. */
  @Optional()
  @IsIn(taskLogKinds, { message: `$property must be one of ${taskLogKinds.join(', ')}` })
  kind?: TaskLogKind;

  /** Id of a task. */
  @Optional()
  @Length(1, 200)
  @IsString()
  task?: string;

  /** What runs act on, `webhook/slack-ops`; changes have none. */
  @Optional()
  @Matches(/^[^/]+\/./, { message: '$property must be a type and a key, such as webhook/slack-ops' })
  @IsString()
  target?: string;

  /** Of runs: `?state=failed&state=held` or `?state=failed,held`; changes have none. */
  @Optional()
  @Transform(({ value }: { value: unknown }) => [value].flat().flatMap((part) => String(part).split(',')))
  @IsIn(runStates, { each: true, message: `$property must be among ${runStates.join(', ')}` })
  state?: RunState[];

  /** A text in the run, its event or its attempts, or in the entry of the change. */
  @Optional()
  @Length(1, 200)
  @IsString()
  search?: string;
}

/** The runs that are asked for; undefined when none are. */
export function runsOf(query: TaskLogQueryDto, page: PageRequest): RunQuery | undefined {
  const { kind, task, target, state, search } = query;
  if (kind === 'change') return undefined;
  return {
    ...page,
    ...(task !== undefined && { taskId: task }),
    ...(target !== undefined && { target }),
    ...(state && { states: state }),
    ...(search !== undefined && { search }),
  };
}

/** The changes that are asked for. */
export function changesOf(query: TaskLogQueryDto, page: PageRequest): AuditQuery | undefined {
  const { kind, task, target, state, search } = query;
  if (kind === 'run' || target !== undefined || state) return undefined;
  return {
    ...page,
    kind: 'task',
    actions: ['created', 'updated', 'removed'],
    ...(task !== undefined && { resource: task }),
    ...(search !== undefined && { search, openOnly: true }),
  };
}

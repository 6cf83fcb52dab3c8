import { IsString } from 'class-validator';
import { splitName, type TaskRecord } from '../../domain/records.ts';
import { IsSort } from '../paging/page-query.dto.ts';
import { fitsManaged, is, ManagedQueryDto, names } from '../resources/managed-query.dto.ts';
import { IsFlag } from '../resources/write-query.dto.ts';
import { Optional } from '../validation/optional.ts';
import { taskList } from './task-list.ts';

export class TaskQueryDto extends ManagedQueryDto {
  /** `webhook.send`. */
  @Optional()
  @IsString()
  action?: string;

  @IsFlag()
  enabled?: boolean;

  /** The object that it acts on, `webhook/slack-ops`. */
  @Optional()
  @IsString()
  object?: string;

  /** The tag that it acts on. */
  @Optional()
  @IsString()
  tag?: string;

  @IsSort(Object.keys(taskList.sorts))
  sort?: string;
}

export function fitsTask(
  { action, enabled, object, tag, ...managed }: TaskQueryDto,
  task: TaskRecord,
): boolean {
  const { target } = task;
  return (
    is(action, task.action) &&
    is(enabled, task.enabled) &&
    is(tag, 'tag' in target ? target.tag : undefined) &&
    names(object, splitName(task.action).type, 'object' in target ? target.object : undefined) &&
    fitsManaged(managed, task)
  );
}

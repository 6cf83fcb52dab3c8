import { IsString } from 'class-validator';
import { splitName, type TriggerRecord } from '../../domain/records.ts';
import { IsSort } from '../paging/page-query.dto.ts';
import { fitsManaged, is, ManagedQueryDto, names } from '../resources/managed-query.dto.ts';
import { IsFlag } from '../resources/write-query.dto.ts';
import { Optional } from '../validation/optional.ts';
import { triggerList } from './trigger-list.ts';

export class TriggerQueryDto extends ManagedQueryDto {
  /** `vm.power_on`. */
  @Optional()
  @IsString()
  event?: string;

  /** Object type of the event, `vm`. */
  @Optional()
  @IsString()
  type?: string;

  /** The object that it waits for, `vm/gpu-01`. */
  @Optional()
  @IsString()
  object?: string;

  /** The tag that it waits for. */
  @Optional()
  @IsString()
  tag?: string;

  /** Id of a task. */
  @Optional()
  @IsString()
  task?: string;

  @IsFlag()
  enabled?: boolean;

  @IsSort(Object.keys(triggerList.sorts))
  sort?: string;
}

export function fitsTrigger(
  { event, type, object, tag, task, enabled, ...managed }: TriggerQueryDto,
  trigger: TriggerRecord,
): boolean {
  const own = splitName(trigger.event).type;
  return (
    is(event, trigger.event) &&
    is(type, own) &&
    is(tag, trigger.tag) &&
    is(task, trigger.task) &&
    is(enabled, trigger.enabled) &&
    names(object, own, trigger.object) &&
    fitsManaged(managed, trigger)
  );
}

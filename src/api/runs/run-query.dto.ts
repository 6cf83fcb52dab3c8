import { Transform } from 'class-transformer';
import { IsIn, IsString, IsUUID, Length, Matches } from 'class-validator';
import { runStates, type RunState } from '../../domain/records.ts';
import type { RunOrder, RunQuery } from '../../kernel/ports.ts';
import { HistoryQueryDto, pageRequest } from '../paging/history-query.dto.ts';
import { Optional } from '../validation/optional.ts';

const memberName = /^\w+\.\w+$/;

/** Undefined: as it is without being told. */
export const orders = {
  '-time': undefined,
  time: { by: 'time', descending: false },
  object: { by: 'target', descending: false },
  '-object': { by: 'target', descending: true },
  task: { by: 'task', descending: false },
  '-task': { by: 'task', descending: true },
} as const satisfies Record<string, RunOrder | undefined>;

export class RunQueryDto extends HistoryQueryDto {
  /** `?state=failed&state=held` or `?state=failed,held`. */
  @Optional()
  @Transform(({ value }: { value: unknown }) => [value].flat().flatMap((part) => String(part).split(',')))
  @IsIn(runStates, { each: true, message: `$property must be among ${runStates.join(', ')}` })
  state?: RunState[];

  /** Id of a task. */
  @Optional()
  @Length(1, 200)
  @IsString()
  task?: string;

  /** What it acts on, `webhook/slack-ops`. */
  @Optional()
  @Matches(/^[^/]+\/./, { message: '$property must be a type and a key, such as webhook/slack-ops' })
  @IsString()
  object?: string;

  /** Id of the event that caused it. */
  @Optional()
  @IsUUID('all')
  event?: string;

  /** `webhook.send` */
  @Optional()
  @Matches(memberName, { message: '$property must be an action, such as webhook.send' })
  @IsString()
  action?: string;

  /** Type of the event, `cmdb.updated`. */
  @Optional()
  @Matches(memberName, { message: '$property must be the type of an event, such as vm.error' })
  @IsString()
  type?: string;

  /** A text that the run, its event or its attempts have in them. */
  @Optional()
  @Length(1, 200)
  @IsString()
  search?: string;

  /** Newest first unless told. */
  @Optional()
  @IsIn(Object.keys(orders), { message: `$property must be one of ${Object.keys(orders).join(', ')}` })
  sort?: keyof typeof orders;
}

export function runQuery(query: RunQueryDto): RunQuery {
  const { state, task, object, event, action, type, search, sort = '-time' } = query;
  const order = orders[sort];
  return {
    ...pageRequest(query),
    ...(state && { states: state }),
    ...(task !== undefined && { taskId: task }),
    ...(object !== undefined && { target: object }),
    ...(event !== undefined && { eventId: event }),
    ...(action !== undefined && { action }),
    ...(type !== undefined && { eventType: type }),
    ...(search !== undefined && { search }),
    ...(order && { order }),
  };
}

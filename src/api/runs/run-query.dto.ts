import { Transform } from 'class-transformer';
import { IsIn, IsString, IsUUID, Length, Matches } from 'class-validator';
import { holdReasons, runStates, type HoldReason, type RunState } from '../../domain/records.ts';
import { SignalboxError } from '../../domain/errors.ts';
import type { PageRequest, RunFilter, RunOrder, RunQuery } from '../../kernel/ports.ts';
import { IsCursor, IsLimit, IsSort } from '../paging/page-query.dto.ts';
import { Optional } from '../validation/optional.ts';
import { IsTime } from '../validation/rfc3339.ts';

const memberName = /^\w+\.\w+$/;

/** What runs can be sorted by. */
const sorts = {
  time: 'time',
  createdAt: 'time',
  object: 'target',
  task: 'task',
} as const satisfies Record<string, RunOrder['by']>;

/** Which runs; those that fit all that is given. */
export class RunFilterDto {
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

  /** Id of the trigger that fired. */
  @Optional()
  @Length(1, 200)
  @IsString()
  trigger?: string;

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

  /** Why they are held. */
  @Optional()
  @IsIn(holdReasons, { message: `$property must be one of ${holdReasons.join(', ')}` })
  reason?: HoldReason;

  /** When it was made: included. */
  @Optional()
  @IsTime()
  from?: number;

  /** Not included. */
  @Optional()
  @IsTime()
  to?: number;
}

export class RunQueryDto extends RunFilterDto {
  @IsLimit()
  limit: number = 50;

  /** `next` of the page before. */
  @IsCursor()
  cursor?: string;

  /** Newest first unless told; `createdAt` is another name for `time`. */
  @IsSort(Object.keys(sorts))
  sort?: string;
}

/** Which runs, and in which order, as the storage is asked. */
export function runQuery(query: RunQueryDto): Omit<RunQuery, keyof PageRequest> {
  const { sort = '-time' } = query;
  const descending = sort.startsWith('-');
  const by = sorts[sort.replace('-', '') as keyof typeof sorts];
  return { ...runFilter(query), order: { by, descending } };
}

function runFilter(query: RunFilterDto): RunFilter {
  const { state, task, object, trigger, event, action, type, search, reason, from, to } = query;
  return {
    ...(state && { states: state }),
    ...(task !== undefined && { taskId: task }),
    ...(object !== undefined && { target: object }),
    ...(trigger !== undefined && { triggerId: trigger }),
    ...(event !== undefined && { eventId: event }),
    ...(action !== undefined && { action }),
    ...(type !== undefined && { eventType: type }),
    ...(search !== undefined && { search }),
    ...(reason !== undefined && { reason }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
}

/**
 * The runs that a body names, by the same fields as the list. `usual`: the states unless told. Throws RESOURCE_INVALID for one that
 * names nothing: all that there are is to be said.
 */
export function runsInBulk(body: RunFilterDto, usual: readonly RunState[]): RunFilter {
  const filter = runFilter(body);
  if (Object.keys(filter).length === 0) {
    const message = 'name the runs, by state at least: {"state": ["failed"]}';
    throw new SignalboxError('RESOURCE_INVALID', message, { field: 'state' });
  }
  return { states: usual, ...filter };
}

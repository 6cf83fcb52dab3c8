import { Transform } from 'class-transformer';
import { IsIn, IsString, IsUUID, Length, Matches } from 'class-validator';
import { runStates, type RunState } from '../../domain/records.ts';
import { HistoryQueryDto } from '../paging/history-query.dto.ts';
import { Optional } from '../validation/optional.ts';

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
}

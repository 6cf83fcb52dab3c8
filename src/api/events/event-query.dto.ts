import { IsString, Length } from 'class-validator';
import { HistoryQueryDto } from '../paging/history-query.dto.ts';
import { Optional } from '../validation/optional.ts';

export class EventQueryDto extends HistoryQueryDto {
  /** `vm.power_on`. */
  @Optional()
  @Length(1, 200)
  @IsString()
  type?: string;

  /** Key of the object. */
  @Optional()
  @Length(1, 200)
  @IsString()
  object?: string;

  @Optional()
  @Length(1, 500)
  @IsString()
  source?: string;
}

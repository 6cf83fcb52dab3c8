import { IsString } from 'class-validator';
import { PageQueryDto } from '../paging/page-query.dto.ts';
import { Optional } from '../validation/optional.ts';

export class TriggerQueryDto extends PageQueryDto {
  /** `vm.power_on`. */
  @Optional()
  @IsString()
  event?: string;

  /** Id of a task. */
  @Optional()
  @IsString()
  task?: string;
}

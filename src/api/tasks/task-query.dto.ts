import { IsString } from 'class-validator';
import { PageQueryDto } from '../paging/page-query.dto.ts';
import { Optional } from '../validation/optional.ts';

export class TaskQueryDto extends PageQueryDto {
  /** `webhook.send`. */
  @Optional()
  @IsString()
  action?: string;
}

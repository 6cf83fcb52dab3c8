import { IsString } from 'class-validator';
import { PageQueryDto } from '../paging/page-query.dto.ts';
import { Optional } from '../validation/optional.ts';

export class TagQueryDto extends PageQueryDto {
  /** First half of the names. */
  @Optional()
  @IsString()
  category?: string;
}

import { IsString } from 'class-validator';
import { PageQueryDto } from '../paging/page-query.dto.ts';
import { Optional } from '../validation/optional.ts';

export class ObjectsOfTypeQueryDto extends PageQueryDto {
  /** `category/name`. */
  @Optional()
  @IsString()
  tag?: string;
}

export class ObjectQueryDto extends ObjectsOfTypeQueryDto {
  @Optional()
  @IsString()
  type?: string;
}

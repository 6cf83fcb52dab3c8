import { IsString } from 'class-validator';
import { IsSort } from '../paging/page-query.dto.ts';
import { ManagedQueryDto } from '../resources/managed-query.dto.ts';
import { Optional } from '../validation/optional.ts';
import { tagList } from './tag-list.ts';

export class TagQueryDto extends ManagedQueryDto {
  /** First half of the names. */
  @Optional()
  @IsString()
  category?: string;

  @IsSort(Object.keys(tagList.sorts))
  sort?: string;
}

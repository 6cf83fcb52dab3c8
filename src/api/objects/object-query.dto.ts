import { IsString } from 'class-validator';
import { IsSort } from '../paging/page-query.dto.ts';
import { ManagedQueryDto } from '../resources/managed-query.dto.ts';
import { IsFlag } from '../resources/write-query.dto.ts';
import { Optional } from '../validation/optional.ts';
import { objectList } from './object-list.ts';

export class ObjectsOfTypeQueryDto extends ManagedQueryDto {
  /** `category/name`. */
  @Optional()
  @IsString()
  tag?: string;

  @IsFlag()
  enabled?: boolean;

  @IsSort(Object.keys(objectList.sorts))
  sort?: string;
}

export class ObjectQueryDto extends ObjectsOfTypeQueryDto {
  @Optional()
  @IsString()
  type?: string;
}

import { applyDecorators } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsString, Length, Max, Min } from 'class-validator';
import { Optional } from '../validation/optional.ts';

/** Items in one page. */
export function IsLimit(): PropertyDecorator {
  return applyDecorators(
    Optional(),
    Type(() => Number),
    Max(500),
    Min(1),
    IsInt(),
  );
}

/** `next` of the page before. */
export function IsCursor(): PropertyDecorator {
  return applyDecorators(Optional(), Length(1, 8_000), IsString());
}

/** A text to be found, upper and lower case alike. */
export function IsSearch(): PropertyDecorator {
  return applyDecorators(Optional(), Length(1, 200), IsString());
}

/** One of these fields, the other way round with `-` before it. */
export function IsSort(fields: readonly string[]): PropertyDecorator {
  const all = fields.flatMap((field) => [field, `-${field}`]);
  return applyDecorators(Optional(), IsIn(all, { message: `$property must be one of ${all.join(', ')}` }));
}

/** A page of a list. */
export class PageQueryDto {
  @IsLimit()
  limit: number = 50;

  /** `next` of the page before. */
  @IsCursor()
  cursor?: string;
}

/** A page of a list that can be searched; with `sort`, whose fields are those of the list, it is sorted. */
export class ListQueryDto extends PageQueryDto {
  /** Only those that have this text in them, upper and lower case alike. */
  @IsSearch()
  search?: string;
}

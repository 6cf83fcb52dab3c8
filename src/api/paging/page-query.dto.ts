import { applyDecorators } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsInt, IsString, Length, Max, Min } from 'class-validator';
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

/** `?limit=50`, of every list. */
export class LimitDto {
  @IsLimit()
  limit: number = 50;
}

/** A page of resources, in the order of their ids. */
export class PageQueryDto extends LimitDto {
  /** `next` of the page before. */
  @Optional()
  @Length(1, 400)
  @IsString()
  cursor?: string;
}

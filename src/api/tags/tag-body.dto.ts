import { IsString, MaxLength } from 'class-validator';
import { Optional } from '../validation/optional.ts';

export class TagBodyDto {
  @Optional()
  @MaxLength(1_000)
  @IsString()
  description?: string;
}

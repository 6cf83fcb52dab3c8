import { ArrayMaxSize, IsArray, IsString } from 'class-validator';
import { Optional } from '../validation/optional.ts';

const most = 1_000;

/** Objects, `vm/gpu-01` each. */
export class TaggingBodyDto {
  /** Are to bear the tag. */
  @Optional()
  @ArrayMaxSize(most)
  @IsArray()
  @IsString({ each: true })
  add?: string[];

  /** Are to bear it no more. */
  @Optional()
  @ArrayMaxSize(most)
  @IsArray()
  @IsString({ each: true })
  remove?: string[];
}

import { IsIn } from 'class-validator';
import { Optional } from '../validation/optional.ts';

export class ExportQueryDto {
  /** `true`: objects that came into being by events, too. */
  @Optional()
  @IsIn(['true', 'false'])
  all?: 'true' | 'false';
}

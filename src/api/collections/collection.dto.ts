import { IsString } from 'class-validator';
import { ObjectBodyDto } from '../objects/object-body.dto.ts';
import { Optional } from '../validation/optional.ts';

/** What POST takes. */
export class NewCollectionObjectDto extends ObjectBodyDto {
  /** Default: made of the name. */
  @Optional()
  @IsString()
  key?: string;
}

import { IsObject } from 'class-validator';
import type { JsonObject } from '../../sdk/index.ts';
import { Optional } from '../validation/optional.ts';

export class RunTaskBodyDto {
  /** Data of the event, for the placeholders. */
  @Optional()
  @IsObject()
  data?: JsonObject;
}

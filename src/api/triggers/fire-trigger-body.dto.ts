import { Allow, IsString } from 'class-validator';
import { Optional } from '../validation/optional.ts';

/** The context in which a trigger is fired by hand. */
export class FireTriggerBodyDto {
  /** Key of the object that it is about. Default: that of the trigger. */
  @Optional()
  @IsString()
  object?: string;

  /** By the schema of the trigger's event. */
  @Allow()
  data?: unknown;
}

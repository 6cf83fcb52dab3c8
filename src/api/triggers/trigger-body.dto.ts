import { IsBoolean, IsObject, IsString } from 'class-validator';
import { Optional } from '../validation/optional.ts';

/** What PUT takes. What is left out gets its default. */
export class TriggerBodyDto {
  @Optional()
  @IsBoolean()
  enabled?: boolean;

  /** `vm.power_on`. */
  @IsString()
  event!: string;

  /** Key of one object of the event's type. Not together with `tag`. */
  @Optional()
  @IsString()
  object?: string;

  @Optional()
  @IsString()
  tag?: string;

  /** Mongo-style conditions on the event. */
  @Optional()
  @IsObject()
  filter?: object;

  /** Id of the task that it fires. */
  @IsString()
  task!: string;
}

/** What POST takes. */
export class NewTriggerDto extends TriggerBodyDto {
  /** Default: made of the task and the event. */
  @Optional()
  @IsString()
  id?: string;
}

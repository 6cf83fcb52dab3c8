import { IsBoolean, IsObject, IsString } from 'class-validator';
import { Optional } from '../validation/optional.ts';

/** What every body of a trigger has. */
export class TriggerBaseDto {
  @Optional()
  @IsBoolean()
  enabled?: boolean;

  /** Those that bear it. Not together with an object. */
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

/** What PUT takes. What is left out gets its default. */
export class TriggerBodyDto extends TriggerBaseDto {
  /** `vm.power_on`. */
  @IsString()
  event!: string;

  /** Key of one object of the event's type. Not together with `tag`. */
  @Optional()
  @IsString()
  object?: string;
}

/** What POST takes. */
export class NewTriggerDto extends TriggerBodyDto {
  /** Default: made of the task and the event. */
  @Optional()
  @IsString()
  id?: string;
}

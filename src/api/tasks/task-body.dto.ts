import { Type } from 'class-transformer';
import { IsBoolean, IsDefined, IsObject, IsString, Length, MaxLength, ValidateNested } from 'class-validator';
import { Optional } from '../validation/optional.ts';

/** One of both. */
export class TargetDto {
  /** Key of one object of the action's type. */
  @Optional()
  @IsString()
  object?: string;

  /** Every object of the action's type that bears the tag when the task fires. */
  @Optional()
  @IsString()
  tag?: string;
}

/** What PUT takes. What is left out gets its default. */
export class TaskBodyDto {
  /** Default: the id. */
  @Optional()
  @Length(1, 200)
  @IsString()
  name?: string;

  @Optional()
  @MaxLength(1_000)
  @IsString()
  description?: string;

  @Optional()
  @IsBoolean()
  enabled?: boolean;

  @Optional()
  @IsBoolean()
  deleteAfterRunning?: boolean;

  /** `webhook.send`. */
  @IsString()
  action!: string;

  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => TargetDto)
  target!: TargetDto;

  /** The action's input, with placeholders. */
  @Optional()
  @IsObject()
  settings?: object;
}

/** What POST takes. */
export class NewTaskDto extends TaskBodyDto {
  /** Default: made of the name. */
  @Optional()
  @IsString()
  id?: string;
}

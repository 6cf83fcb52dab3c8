import { IsArray, IsBoolean, IsObject, IsString, Length } from 'class-validator';
import { Optional } from '../validation/optional.ts';

/** What PUT takes. What is left out gets its default. */
export class ObjectBodyDto {
  /** For people. Default: the key. */
  @Optional()
  @Length(1, 200)
  @IsString()
  name?: string;

  @Optional()
  @IsBoolean()
  enabled?: boolean;

  /** `category/name` each. */
  @Optional()
  @IsArray()
  @IsString({ each: true })
  tags?: string[];

  /** By the type's schema. A secret that is sent back masked keeps its value. */
  @Optional()
  @IsObject()
  settings?: object;
}

/** What POST takes. */
export class NewObjectDto extends ObjectBodyDto {
  @IsString()
  key!: string;
}

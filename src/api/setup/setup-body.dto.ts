import { IsBoolean, IsString, Length } from 'class-validator';
import { maxPasswordLength } from '../auth/password.ts';
import { IsUserName } from '../users/user-body.dto.ts';
import { Optional } from '../validation/optional.ts';

export class SetupBodyDto {
  /** What the start of the server has printed. */
  @Length(1, 200)
  @IsString()
  setupToken!: string;

  /** Name of the first user. */
  @IsUserName()
  name!: string;

  @Length(1, maxPasswordLength)
  @IsString()
  password!: string;

  /** Begin a session, by cookie. */
  @Optional()
  @IsBoolean()
  session: boolean = true;

  /** Name of an API token with the scope `admin`, to be made at once. */
  @Optional()
  @Length(1, 100)
  @IsString()
  apiToken?: string;
}

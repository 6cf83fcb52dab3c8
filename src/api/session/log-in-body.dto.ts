import { IsIn, IsString, Length } from 'class-validator';
import type { SessionKind } from '../../kernel/identity-store.ts';
import { maxPasswordLength } from '../auth/password.ts';
import { Optional } from '../validation/optional.ts';

export class LogInBodyDto {
  @Length(1, 100)
  @IsString()
  user!: string;

  @Length(1, maxPasswordLength)
  @IsString()
  password!: string;

  /** How the session is kept: as a cookie by a browser, or as a bearer token that the answer has in it. */
  @Optional()
  @IsIn(['cookie', 'bearer'])
  as: SessionKind = 'cookie';
}

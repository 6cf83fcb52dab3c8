import { IsBoolean, IsString, Length, Matches } from 'class-validator';
import type { Scope } from '../../domain/scopes.ts';
import { maxPasswordLength } from '../auth/password.ts';
import { Optional } from '../validation/optional.ts';
import { IsScopeList } from '../validation/scope-list.ts';

const nameForm = /^[a-z0-9][a-z0-9._@-]{0,63}$/i;

/** Of a new user; taken in any case and kept in lower case. */
export function IsUserName(): PropertyDecorator {
  const checks = [
    Matches(nameForm, {
      message: 'must be 1 to 64 letters, digits or . _ @ -, and begin with a letter or a digit',
    }),
    IsString(),
  ];
  return (target, property) => {
    for (const check of checks) check(target, property);
  };
}

export class UserBodyDto {
  @IsUserName()
  name!: string;

  @Length(1, maxPasswordLength)
  @IsString()
  password!: string;

  @IsScopeList()
  scopes!: Scope[];

  @Optional()
  @IsBoolean()
  enabled: boolean = true;
}

/** What PUT takes. Who is there already keeps his password where none is given. */
export class UserReplacementDto {
  @Optional()
  @Length(1, maxPasswordLength)
  @IsString()
  password?: string;

  @IsScopeList()
  scopes!: Scope[];

  @Optional()
  @IsBoolean()
  enabled: boolean = true;
}

/** What it does not name stays. */
export class UserPatchDto {
  @Optional()
  @Length(1, maxPasswordLength)
  @IsString()
  password?: string;

  @Optional()
  @IsScopeList()
  scopes?: Scope[];

  @Optional()
  @IsBoolean()
  enabled?: boolean;
}

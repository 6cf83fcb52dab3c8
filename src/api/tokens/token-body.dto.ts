import { IsString, Length, Matches, ValidateIf } from 'class-validator';
import type { Scope } from '../../domain/scopes.ts';
import { Optional } from '../validation/optional.ts';
import { IsTime } from '../validation/rfc3339.ts';
import { IsScopeList } from '../validation/scope-list.ts';

const printable = /^\P{Cc}*$/u;

export class TokenBodyDto {
  @Matches(printable, { message: 'must have no control characters' })
  @Length(1, 100)
  @IsString()
  name!: string;

  @IsScopeList()
  scopes!: Scope[];

  /** Epoch ms, once it is read. */
  @Optional()
  @IsTime()
  expiresAt?: number;
}

/** What it does not name stays. */
export class TokenPatchDto {
  @Optional()
  @Matches(printable, { message: 'must have no control characters' })
  @Length(1, 100)
  @IsString()
  name?: string;

  @Optional()
  @IsScopeList()
  scopes?: Scope[];

  /** Null: it holds for good. */
  @ValidateIf((_dto, value: unknown) => value !== undefined && value !== null)
  @IsTime()
  expiresAt?: number | null;
}

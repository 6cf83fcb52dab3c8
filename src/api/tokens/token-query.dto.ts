import { IsIn, IsString } from 'class-validator';
import { scopes, type Scope } from '../../domain/scopes.ts';
import type { TokenRecord } from '../../kernel/identity-store.ts';
import { IsSort, ListQueryDto } from '../paging/page-query.dto.ts';
import { is } from '../resources/managed-query.dto.ts';
import { IsFlag } from '../resources/write-query.dto.ts';
import { Optional } from '../validation/optional.ts';
import { tokenList } from './token-list.ts';

export class TokenQueryDto extends ListQueryDto {
  @Optional()
  @IsString()
  name?: string;

  /** Those that have it. */
  @Optional()
  @IsIn(scopes, { message: `$property must be one of ${scopes.join(', ')}` })
  scope?: Scope;

  /** Whether it has ended. */
  @IsFlag()
  expired?: boolean;

  /** `user/alice`, `token/ci`. */
  @Optional()
  @IsString()
  createdBy?: string;

  @IsSort(Object.keys(tokenList.sorts))
  sort?: string;
}

export function fitsToken(
  { name, scope, expired, createdBy }: TokenQueryDto,
  token: TokenRecord,
  now: number,
): boolean {
  return (
    is(name, token.name) &&
    is(createdBy, token.createdBy) &&
    is(expired, token.expiresAt !== undefined && token.expiresAt <= now) &&
    (scope === undefined || token.scopes.includes(scope))
  );
}

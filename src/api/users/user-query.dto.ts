import { IsIn, IsString } from 'class-validator';
import { scopes, type Scope } from '../../domain/scopes.ts';
import type { UserRecord } from '../../kernel/identity-store.ts';
import { IsSort, ListQueryDto } from '../paging/page-query.dto.ts';
import { is } from '../resources/managed-query.dto.ts';
import { IsFlag } from '../resources/write-query.dto.ts';
import { Optional } from '../validation/optional.ts';
import { userList } from './user-list.ts';

export class UserQueryDto extends ListQueryDto {
  /** In any case. */
  @Optional()
  @IsString()
  name?: string;

  /** Those that have it. */
  @Optional()
  @IsIn(scopes, { message: `$property must be one of ${scopes.join(', ')}` })
  scope?: Scope;

  @IsFlag()
  enabled?: boolean;

  @IsSort(Object.keys(userList.sorts))
  sort?: string;
}

export function fitsUser({ name, scope, enabled }: UserQueryDto, user: UserRecord): boolean {
  return (
    is(name?.toLowerCase(), user.name) &&
    is(enabled, user.enabled) &&
    (scope === undefined || user.scopes.includes(scope))
  );
}

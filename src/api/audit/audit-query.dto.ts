import { Transform } from 'class-transformer';
import { IsIn, IsString, Length, Matches } from 'class-validator';
import {
  actorKinds,
  auditActions,
  auditKinds,
  type AuditAction,
  type AuditKind,
} from '../../domain/audit.ts';
import type { AuditQuery } from '../../kernel/audit/audit-port.ts';
import type { PageRequest } from '../../kernel/ports.ts';
import { HistoryQueryDto } from '../paging/history-query.dto.ts';
import { IsSearch, IsSort } from '../paging/page-query.dto.ts';
import { Optional } from '../validation/optional.ts';

/** Entries that fit all that is given. */
export class AuditQueryDto extends HistoryQueryDto {
  /** `user/alice`, `token/ci`, `config`, `signalbox`; `user` for all users. */
  @Optional()
  @Matches(new RegExp(`^(${actorKinds.join('|')})(/.{1,200})?$`), {
    message: '$property must be such as user/alice, token/ci, config or signalbox',
  })
  @IsString()
  actor?: string;

  /** `?action=created&action=removed` or `?action=created,removed`. */
  @Optional()
  @Transform(({ value }: { value: unknown }) => [value].flat().flatMap((part) => String(part).split(',')))
  @IsIn(auditActions, { each: true, message: `$property must be among ${auditActions.join(', ')}` })
  action?: AuditAction[];

  @Optional()
  @IsIn(auditKinds, { message: `$property must be one of ${auditKinds.join(', ')}` })
  kind?: AuditKind;

  /** Id of what it was done to, `webhook/slack-ops`. */
  @Optional()
  @Length(1, 400)
  @IsString()
  resource?: string;

  /** A text that the entry has in it. */
  @IsSearch()
  search?: string;

  /** Newest first unless told. */
  @IsSort(['time'])
  sort?: string;
}

export function auditQuery(query: AuditQueryDto): Omit<AuditQuery, keyof PageRequest> {
  const { actor, action, kind, resource, search, sort } = query;
  return {
    ...(actor !== undefined && { actor }),
    ...(action && { actions: action }),
    ...(kind !== undefined && { kind }),
    ...(resource !== undefined && { resource }),
    ...(search !== undefined && { search }),
    ...(sort === 'time' && { oldestFirst: true }),
  };
}

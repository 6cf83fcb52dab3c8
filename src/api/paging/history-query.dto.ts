import { IsUUID } from 'class-validator';
import type { PageRequest } from '../../kernel/ports.ts';
import { IsTime } from '../validation/rfc3339.ts';
import { LimitDto } from './page-query.dto.ts';
import { Optional } from '../validation/optional.ts';

/** A page of what happened, newest first, from `from` up to but not including `to`. */
export class HistoryQueryDto extends LimitDto {
  /** `next` of the page before. */
  @Optional()
  @IsUUID('all')
  cursor?: string;

  @Optional()
  @IsTime()
  from?: number;

  @Optional()
  @IsTime()
  to?: number;
}

export function pageRequest({ limit, cursor, from, to }: HistoryQueryDto): PageRequest {
  return {
    limit,
    ...(cursor !== undefined && { cursor }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
}

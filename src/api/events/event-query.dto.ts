import { IsString, Length } from 'class-validator';
import type { EventQuery, PageRequest } from '../../kernel/ports.ts';
import { HistoryQueryDto } from '../paging/history-query.dto.ts';
import { IsSearch, IsSort } from '../paging/page-query.dto.ts';
import { Optional } from '../validation/optional.ts';

export class EventQueryDto extends HistoryQueryDto {
  /** `vm.power_on`. */
  @Optional()
  @Length(1, 200)
  @IsString()
  type?: string;

  /** Key of the object. */
  @Optional()
  @Length(1, 200)
  @IsString()
  object?: string;

  @Optional()
  @Length(1, 500)
  @IsString()
  source?: string;

  /** A text in its id, type, object, source or data, upper and lower case of A to Z alike. */
  @IsSearch()
  search?: string;

  /** Newest first unless told; `receivedAt` is another name for `time`. */
  @IsSort(['time', 'receivedAt'])
  sort?: string;
}

export function eventFilter({
  type,
  object,
  source,
  search,
  sort = '-time',
}: EventQueryDto): Omit<EventQuery, keyof PageRequest> {
  return {
    ...(type !== undefined && { type }),
    ...(object !== undefined && { object }),
    ...(source !== undefined && { source }),
    ...(search !== undefined && { search }),
    ...(!sort.startsWith('-') && { oldestFirst: true }),
  };
}

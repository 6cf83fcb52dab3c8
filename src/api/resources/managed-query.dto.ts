import { IsIn } from 'class-validator';
import type { ManagedBy } from '../../domain/records.ts';
import { ListQueryDto } from '../paging/page-query.dto.ts';
import { Optional } from '../validation/optional.ts';
import { IsFlag } from './write-query.dto.ts';

const keepers: readonly ManagedBy[] = ['api', 'config', 'event'];

/** Of every list of configured resources. */
export class ManagedQueryDto extends ListQueryDto {
  /** Who looks after it. */
  @Optional()
  @IsIn(keepers, { message: `$property must be one of ${keepers.join(', ')}` })
  managedBy?: ManagedBy;

  /** Whether it was changed over the API although a file looks after it. */
  @IsFlag()
  drift?: boolean;
}

interface Managed {
  readonly managedBy: ManagedBy;
  readonly changedByHandAt?: number;
}

/** Whether the fields of the query hold that all resources have. */
export function fitsManaged(
  { managedBy, drift }: { readonly managedBy?: ManagedBy; readonly drift?: boolean },
  record: Managed,
): boolean {
  return is(managedBy, record.managedBy) && is(drift, record.changedByHandAt !== undefined);
}

/** What is not asked for holds always. */
export function is<T>(wanted: T | undefined, value: T): boolean {
  return wanted === undefined || wanted === value;
}

/** Whether a record names this object, said as `vm/gpu-01` or by its key alone. */
export function names(wanted: string | undefined, type: string, key: string | undefined): boolean {
  if (wanted === undefined) return true;
  return key !== undefined && (wanted === key || wanted === `${type}/${key}`);
}

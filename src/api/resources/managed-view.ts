import type { ManagedBy } from '../../domain/records.ts';
import { rfc3339Of } from '../validation/rfc3339.ts';

/** What every resource tells of itself. */
export interface ManagedView {
  /** `config`: the configuration file puts it back at each start. */
  readonly managedBy: ManagedBy;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export function managedView(record: {
  readonly managedBy: ManagedBy;
  readonly createdAt: number;
  readonly updatedAt: number;
}): ManagedView {
  return {
    managedBy: record.managedBy,
    createdAt: rfc3339Of(record.createdAt),
    updatedAt: rfc3339Of(record.updatedAt),
  };
}

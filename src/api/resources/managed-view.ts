import type { ManagedBy } from '../../domain/records.ts';
import { rfc3339Of } from '../validation/rfc3339.ts';

/** What every resource tells of itself. */
export interface ManagedView {
  /** `config`: the configuration file puts it back at each start. */
  readonly managedBy: ManagedBy;
  /** Drift: when it was last changed over the API although a file looks after it. */
  readonly changedByHandAt?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export function managedView(record: {
  readonly managedBy: ManagedBy;
  readonly changedByHandAt?: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}): ManagedView {
  return {
    managedBy: record.managedBy,
    ...(record.changedByHandAt !== undefined && { changedByHandAt: rfc3339Of(record.changedByHandAt) }),
    createdAt: rfc3339Of(record.createdAt),
    updatedAt: rfc3339Of(record.updatedAt),
  };
}

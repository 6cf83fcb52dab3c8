import { p } from '@mikro-orm/core';
import type { ManagedBy } from '../../domain/records.ts';
import { epoch } from './columns.ts';

/** The columns that every configured resource has. */
export const managed = {
  managedBy: p.text().$type<ManagedBy>(),
  changedByHandAt: epoch().nullable(),
  createdAt: epoch(),
  updatedAt: epoch(),
};

interface Managed {
  readonly managedBy: ManagedBy;
  readonly changedByHandAt?: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

interface ManagedRow extends Omit<Managed, 'changedByHandAt'> {
  readonly changedByHandAt?: number | null | undefined;
}

export function toManaged({ managedBy, changedByHandAt, createdAt, updatedAt }: ManagedRow): Managed {
  return { managedBy, ...(changedByHandAt != null && { changedByHandAt }), createdAt, updatedAt };
}

/** Empty columns are written as such: what was there before must not stay. */
export function managedRow({ changedByHandAt = null }: ManagedRow): Pick<ManagedRow, 'changedByHandAt'> {
  return { changedByHandAt };
}

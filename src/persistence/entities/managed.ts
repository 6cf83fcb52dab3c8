import { p } from '@mikro-orm/core';
import type { ManagedBy } from '../../domain/records.ts';
import { epoch } from './columns.ts';

/** The columns that every configured resource has. */
export const managed = {
  managedBy: p.text().$type<ManagedBy>(),
  createdAt: epoch(),
  updatedAt: epoch(),
};

interface Managed {
  readonly managedBy: ManagedBy;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export function toManaged({ managedBy, createdAt, updatedAt }: Managed): Managed {
  return { managedBy, createdAt, updatedAt };
}

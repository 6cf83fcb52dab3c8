import type { MigrationObject } from '@mikro-orm/core';
import { FirstTables } from './0001-first-tables.ts';
import { ObjectStates } from './0002-object-states.ts';
import { ChangedByHand } from './0003-changed-by-hand.ts';
import { Identity } from './0004-identity.ts';
import { TargetHealth } from './0005-target-health.ts';
import { ReadyMadeObjects } from './0006-ready-made.ts';
import { AuditLog } from './0007-audit.ts';
import { Secrets } from './0008-secrets.ts';
import { TokenChanges } from './0009-token-changes.ts';

/** In their order. A migration that has been released is never changed again. */
export const migrations: readonly MigrationObject[] = [
  { name: '0001-first-tables', class: FirstTables },
  { name: '0002-object-states', class: ObjectStates },
  { name: '0003-changed-by-hand', class: ChangedByHand },
  { name: '0004-identity', class: Identity },
  { name: '0005-target-health', class: TargetHealth },
  { name: '0006-ready-made', class: ReadyMadeObjects },
  { name: '0007-audit', class: AuditLog },
  { name: '0008-secrets', class: Secrets },
  { name: '0009-token-changes', class: TokenChanges },
];

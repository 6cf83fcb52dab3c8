import type { AuditRecord } from '../../domain/audit.ts';
import { newId } from '../../domain/new-id.ts';
import { requestCause } from '../request-cause.ts';
import { acting } from './acting.ts';

/** What was done. Who did it, and by which request, is known from the surroundings unless told. */
export type AuditFact = Omit<AuditRecord, 'id' | 'time' | 'requestId' | 'address' | 'actor'> &
  Partial<Pick<AuditRecord, 'actor'>>;

/** The entry of the audit log; to be stored in the same transaction as what it tells of. */
export function auditEntry(fact: AuditFact): AuditRecord {
  const causedBy = requestCause();
  return { id: newId(), time: Date.now(), ...acting(), ...(causedBy && { causedBy }), ...fact };
}

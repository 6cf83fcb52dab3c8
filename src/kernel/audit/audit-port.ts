import type { AuditAction, AuditKind, AuditRecord } from '../../domain/audit.ts';
import type { Page, PageRequest } from '../ports.ts';

export const AUDIT = Symbol('Audit');

/** Entries that fit all that is given. */
export interface AuditQuery extends PageRequest {
  /** `user/alice`, `token/ci`, `signalbox`. */
  readonly actor?: string;
  readonly actions?: readonly AuditAction[];
  readonly kind?: AuditKind;
  readonly resource?: string;
  /** A text that the entry has in it, its documents included; case aside. */
  readonly search?: string;
  /** The search does not look at addresses, requests and documents: whoever asks is not shown them. */
  readonly openOnly?: boolean;
  /** Default: newest first. */
  readonly oldestFirst?: boolean;
}

/**
 * The audit log. There is no way to change or remove an entry: the database refuses it. Rejects with STORAGE_UNAVAILABLE when the
 * storage fails.
 */
export interface AuditPort {
  /** For what changes nothing else in the database; everything else is stored together with its entries. */
  append(entries: readonly AuditRecord[]): Promise<void>;
  /** A page may be short, even empty, and have a `next`. */
  entries(query: AuditQuery): Promise<Page<AuditRecord>>;
  entry(id: string): Promise<AuditRecord | undefined>;
  /** Up to which entry plugins have been told; undefined when nobody ever noted it. */
  told(): Promise<string | undefined>;
  noteTold(id: string): Promise<void>;
}

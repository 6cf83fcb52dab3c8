import type { AuditRecord } from '../../src/domain/audit.ts';
import type { AuditPort } from '../../src/kernel/audit/audit-port.ts';
import type { Page } from '../../src/kernel/ports.ts';

/** The audit log in memory, for specs that are not about it. */
export class MemoryAudit implements AuditPort {
  readonly stored: AuditRecord[] = [];

  append(entries: readonly AuditRecord[]): Promise<void> {
    this.stored.push(...entries);
    return Promise.resolve();
  }

  entries(): Promise<Page<AuditRecord>> {
    return Promise.resolve({ items: this.stored.toReversed() });
  }

  told(): Promise<string | undefined> {
    return Promise.resolve(undefined);
  }

  noteTold(): Promise<void> {
    return Promise.resolve();
  }

  entry(id: string): Promise<AuditRecord | undefined> {
    return Promise.resolve(this.stored.find((entry) => entry.id === id));
  }
}

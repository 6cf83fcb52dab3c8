import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { AuditRecord } from '../../domain/audit.ts';
import { newId } from '../../domain/new-id.ts';
import { AUDIT, type AuditPort } from '../audit/audit-port.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';

/** What a plugin does with a notice has reached the disk by then, or never will. */
const settledMs = 30_000;
/**
 * What is older is not told any more: the event that it was told with may be deleted by now, and with it what keeps it from
 * being told twice.
 */
const oldestMs = 24 * 3_600_000;
const portion = 500;

/**
 * Remembers how far in the audit log plugins have been told of changes, so that what the last process did not come to tell is
 * told at the next start. Some of it may be told twice, by the same id.
 */
@Injectable()
export class ToldChanges implements BeforeApplicationShutdown {
  /** Told last. */
  #last = '';
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    @Inject(AUDIT) private readonly audit: AuditPort,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  /** What the last process may have left untold, in its order. Whoever asks has to tell of what is new by then. */
  async left(): Promise<readonly AuditRecord[]> {
    const now = newId();
    const told = await this.audit.told();
    // A new database, or one of an earlier version.
    if (told === undefined) await this.audit.noteTold(now);
    const entries = told === undefined ? [] : await this.#between(told, now);
    this.note(now);
    return entries;
  }

  /** All up to this entry has been told. */
  note(id: string): void {
    if (id > this.#last) this.#last = id;
    if (this.#timer || this.#closed) return;
    const upTo = this.#last;
    this.#timer = setTimeout(() => void this.#write(upTo), settledMs).unref();
  }

  beforeApplicationShutdown(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #between(told: string, now: string): Promise<readonly AuditRecord[]> {
    const found: AuditRecord[] = [];
    const from = Date.now() - oldestMs;
    for (let cursor: string | undefined = told; cursor !== undefined;) {
      const { items, next } = await this.audit.entries({ cursor, from, oldestFirst: true, limit: portion });
      found.push(...items.filter(({ id }) => id < now));
      cursor = next;
    }
    return found;
  }

  async #write(upTo: string): Promise<void> {
    this.#timer = undefined;
    try {
      await this.audit.noteTold(upTo);
    } catch (err) {
      this.logger.warn({ err }, 'How far changes have been told cannot be written down');
      this.note(upTo);
      return;
    }
    if (this.#last > upTo) this.note(this.#last);
  }
}

import type { SqlEntityManager } from '@mikro-orm/sqlite';
import type { StoreHealthPort } from '../kernel/ports.ts';

/**
 * An open database, whichever it is. A failure of the storage rejects with STORAGE_UNAVAILABLE; afterwards nothing
 * of the work is stored, and the next call works again as soon as the storage does. Other errors pass as they are.
 */
export interface Database extends StoreHealthPort {
  /** Reads through MikroORM. */
  read<T>(work: (em: SqlEntityManager) => Promise<T>): Promise<T>;
  /**
   * Writes through MikroORM in one transaction. `work` must not open a transaction of its own (no `flush`, no
   * `transactional`): use `insert`, `upsertMany`, `nativeUpdate`, `nativeDelete`.
   */
  write<T>(work: (em: SqlEntityManager) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

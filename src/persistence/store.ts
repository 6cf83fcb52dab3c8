import { join } from 'node:path';
import { SignalboxError } from '../domain/errors.ts';
import type { AuditPort } from '../kernel/audit/audit-port.ts';
import type { IdentityStorePort } from '../kernel/identity-store.ts';
import type { KernelLogger } from '../kernel/logger.ts';
import type {
  HistoryPort,
  JournalPort,
  ResourceStorePort,
  RetentionPort,
  RunQueuePort,
  SecretStorePort,
  StoreHealthPort,
  TargetHealthPort,
} from '../kernel/ports.ts';
import { AuditStore } from './audit-store.ts';
import type { Database } from './database.ts';
import { History } from './history.ts';
import { IdentityStore } from './identity-store.ts';
import type { KeyCheck } from './migrate.ts';
import { ResourceStore } from './resource-store.ts';
import { Retention } from './retention.ts';
import { RunQueue } from './run-queue.ts';
import { SecretStore, type Scrubbing } from './secret-store.ts';
import { TargetHealthStore } from './target-health-store.ts';

export interface StoreOptions {
  /** `sqlite:PATH` (`sqlite:` alone: `signalbox.db` in the data folder) or `postgresql://…`. */
  readonly url: string;
  readonly dataDir: string;
  /** Hears of what goes wrong with the database while nobody asks it for anything. */
  readonly logger?: KernelLogger | undefined;
  /** Asked before anything in the database is changed. */
  readonly checkKeys?: KeyCheck | undefined;
}

/** All that the kernel needs of the disk. */
export interface Store {
  readonly journal: JournalPort;
  readonly queue: RunQueuePort;
  readonly history: HistoryPort;
  readonly retention: RetentionPort;
  readonly resources: ResourceStorePort;
  readonly secrets: SecretStorePort;
  readonly identities: IdentityStorePort;
  readonly audit: AuditPort;
  readonly targets: TargetHealthPort;
  readonly health: StoreHealthPort;
  /** Waits for what was begun. May be called again. */
  close(): Promise<void>;
}

/**
 * Opens the database, makes it if there is none, and brings it up to date. Throws STORAGE_UNAVAILABLE when it cannot
 * be opened or another Signalbox process has it, CONFIG_INVALID when the URL is of no known kind.
 */
export async function openStore({ url, dataDir, logger, checkKeys }: StoreOptions): Promise<Store> {
  // Each loads its own driver, and only then.
  const file = /^sqlite:(?!:memory:)(.*)$/.exec(url)?.[1];
  if (file !== undefined) {
    const { SqliteDatabase } = await import('./sqlite/sqlite-database.ts');
    const { SqliteJournal } = await import('./sqlite/sqlite-journal.ts');
    const { emptyLog, scrubFile, shrinkFile } = await import('./sqlite/shrink-file.ts');
    const database = await SqliteDatabase.open(file === '' ? join(dataDir, 'signalbox.db') : file, checkKeys);
    return storeOn(database, new SqliteJournal(database), {
      shrink: () => shrinkFile(database),
      scrub: () => scrubFile(database),
      emptyLog: () => emptyLog(database),
    });
  }
  if (/^postgres(ql)?:\/\//.test(url)) {
    const { PostgresDatabase } = await import('./postgres/postgres-database.ts');
    const { PostgresJournal } = await import('./postgres/postgres-journal.ts');
    const database = await PostgresDatabase.open(url, { logger, checkKeys });
    return storeOn(database, new PostgresJournal(database), {
      shrink: vacuumsByItself,
      scrub: ({ runs }) => database.rewrite(['object', 'task', 'outbox', ...(runs ? ['run'] : [])]),
      // It is the server's, and others read it.
      emptyLog: () => Promise.resolve(),
    });
  }
  throw new SignalboxError(
    'CONFIG_INVALID',
    'store.url must be sqlite:PATH or postgresql://USER@HOST/DATABASE',
    {
      field: 'store.url',
    },
  );
}

/** PostgreSQL puts new rows where deleted ones were. */
const vacuumsByItself = () => Promise.resolve(false);

interface Upkeep extends Scrubbing {
  readonly shrink: RetentionPort['shrink'];
}

function storeOn(database: Database, journal: JournalPort, { shrink, ...scrubbing }: Upkeep): Store {
  return {
    journal,
    queue: new RunQueue(database),
    history: new History(database),
    retention: new Retention(database, shrink),
    resources: new ResourceStore(database),
    secrets: new SecretStore(database, scrubbing),
    identities: new IdentityStore(database),
    audit: new AuditStore(database),
    targets: new TargetHealthStore(database),
    health: database,
    close: () => database.close(),
  };
}

import type { SqliteConnection } from '@mikro-orm/sqlite';

/** The better-sqlite3 database that MikroORM has opened. */
export type SqliteHandle = Awaited<ReturnType<SqliteConnection['getNativeClient']>>;
export type SqliteStatement = ReturnType<SqliteHandle['prepare']>;

/** How long to wait for another process that writes, say a backup; nothing else happens meanwhile. */
const busyTimeout = 2_000;
/** What the write-ahead log shrinks back to after a burst. */
const journalSizeLimit = 64 * 1024 * 1024;

/** Once for every new connection. */
export function configure(handle: SqliteHandle): void {
  handle.pragma(`busy_timeout = ${busyTimeout}`);
  // Before the first table is made: later it would take a rewrite of the whole file.
  handle.pragma('auto_vacuum = incremental');
  handle.pragma('journal_mode = wal');
  // A commit is on the disk before it returns; the library's default would lose the last ones with the power.
  handle.pragma('synchronous = full');
  handle.pragma(`journal_size_limit = ${journalSizeLimit}`);
  // What is deleted or replaced is overwritten, in those pages that are written anyway.
  handle.pragma('secure_delete = fast');
  // What a process that was killed has left in the log may not have reached the disk. Here it does.
  handle.pragma('main.wal_checkpoint(truncate)');
}

/** Undoes what a failed transaction has left open. SQLite itself ends some of them, but not all. */
export function rollBack(handle: SqliteHandle): void {
  if (handle.inTransaction) handle.exec('rollback');
}

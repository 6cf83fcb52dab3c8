import type { SqliteDatabase } from './sqlite-database.ts';
import type { SqliteHandle } from './sqlite-handle.ts';

/** So few take no longer than a commit. */
const pages = 64;

/** Moves what stands at the end of the file into pages that are free, and cuts off the end. */
export function shrinkFile(database: SqliteDatabase): Promise<boolean> {
  return database.exclusively((handle) => {
    const before = freePages(handle);
    if (before === 0) return false;
    handle.pragma(`incremental_vacuum(${pages})`);
    const after = freePages(handle);
    // A file that was made without this option keeps its size.
    return after > 0 && after < before;
  });
}

/**
 * Writes the whole file anew: what deleted and replaced rows have left in it is gone, and the log is emptied. Nothing else is
 * written meanwhile.
 */
export function scrubFile(database: SqliteDatabase): Promise<void> {
  return database.alone((handle) => {
    handle.exec('vacuum');
    handle.pragma('wal_checkpoint(truncate)');
  });
}

/** Takes what stands in the log over into the file: a few megabytes at the most, since SQLite does so by itself all the time. */
export function emptyLog(database: SqliteDatabase): Promise<void> {
  return database.alone((handle) => {
    handle.pragma('wal_checkpoint(truncate)');
  });
}

function freePages(handle: SqliteHandle): number {
  return Number(handle.pragma('freelist_count', { simple: true }));
}

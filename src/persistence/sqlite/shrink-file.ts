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

function freePages(handle: SqliteHandle): number {
  return Number(handle.pragma('freelist_count', { simple: true }));
}

import { SignalboxError } from '../domain/errors.ts';

/** Seconds after which another try makes sense. */
const soon = 1;
const later = 5;

/*
 * SQLite: what lies in the disk, the file or another process. What is left out (SQLITE_ERROR, SQLITE_CONSTRAINT,
 * SQLITE_MISMATCH …) is a mistake in the code, which trying again does not cure.
 */
const sqliteFaults =
  /^SQLITE_(BUSY|CANTOPEN|CORRUPT|FULL|IOERR|LOCKED|NOLFS|NOMEM|NOTADB|PERM|PROTOCOL|READONLY)(_|$)/;

/*
 * PostgreSQL: connection (08), authorization (28), database missing (3D), read-only (25), rolled back (40),
 * resources (53), lock (55), operator (57), system (58), internal (XX).
 */
const postgresFaults = /^(08|25|28|3D|40|53|55|57|58|XX)[0-9A-Z]{3}$/;
const systemFaults = /^E[A-Z]{3,}$/;

/** Faults of the drivers that bear no code. */
const driverFaults: readonly (readonly [RegExp, string])[] = [
  [/database connection is not open/i, 'closed'],
  [/driver has already been destroyed|after calling end on the pool/i, 'closed'],
  [/connection terminated|connection error|not queryable|connection ended/i, 'connection lost'],
  [/timeout exceeded when trying to connect|connection timeout/i, 'connection timed out'],
];

const texts: Readonly<Record<string, string>> = {
  SQLITE_FULL: 'the disk is full',
  SQLITE_BUSY: 'another process holds the database',
  SQLITE_NOTADB: 'the file is not a database',
  SQLITE_CORRUPT: 'the database is damaged',
};

/** What failed, in a word or a code, if it is the storage that failed. */
export function storageFault(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (sqliteFaults.test(code) || postgresFaults.test(code) || systemFaults.test(code)) return code;
  const message = 'message' in error && typeof error.message === 'string' ? error.message : '';
  return driverFaults.find(([pattern]) => pattern.test(message))?.[1];
}

/** STORAGE_UNAVAILABLE for a failure of the storage; anything else as it is. */
export function storageError(error: unknown): unknown {
  const fault = storageFault(error);
  if (fault === undefined) return error;
  const text = texts[fault];
  const reason = text === undefined ? fault : `${text} (${fault})`;
  return new SignalboxError('STORAGE_UNAVAILABLE', `the database does not answer as it should: ${reason}`, {
    cause: error,
    retryAfter: /^(SQLITE_BUSY|SQLITE_LOCKED|40|55)/.test(fault) ? soon : later,
  });
}

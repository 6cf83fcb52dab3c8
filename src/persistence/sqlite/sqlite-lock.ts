import { MikroORM } from '@mikro-orm/sqlite';
import { SignalboxError } from '../../domain/errors.ts';
import { storageError, storageFault } from '../storage-error.ts';

/**
 * Keeps other Signalbox processes out: two would run every task twice. It is an open transaction on a file beside
 * the database, so that the operating system ends it with the process, however that dies; and the database itself
 * stays open to others, such as `sqlite3` or a backup.
 */
export class SqliteLock {
  readonly #orm: MikroORM;

  private constructor(orm: MikroORM) {
    this.#orm = orm;
  }

  static async acquire(database: string): Promise<SqliteLock> {
    const orm = await MikroORM.init({
      dbName: `${database}.lock`,
      driverOptions: { timeout: 0 },
      entities: [],
      discovery: { warnWhenNoEntities: false },
    });
    try {
      await orm.em.getConnection().execute('begin exclusive');
      return new SqliteLock(orm);
    } catch (error) {
      await orm.close();
      if (storageFault(error) !== 'SQLITE_BUSY') throw storageError(error);
      throw new SignalboxError(
        'STORAGE_UNAVAILABLE',
        `${database} is in use by another Signalbox process: stop it, or choose another data folder`,
        { cause: error },
      );
    }
  }

  release(): Promise<void> {
    return this.#orm.close();
  }
}

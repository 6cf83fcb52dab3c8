import { MikroORM, type SqlEntityManager } from '@mikro-orm/sqlite';
import { SignalboxError } from '../../domain/errors.ts';
import type { Database } from '../database.ts';
import { InFlight } from '../in-flight.ts';
import { migrate, type KeyCheck } from '../migrate.ts';
import { ormOptions } from '../orm-options.ts';
import { storageError, storageFault } from '../storage-error.ts';
import { migrations } from './migrations/index.ts';
import { SharedTransaction } from './shared-transaction.ts';
import { prepareFile } from './sqlite-file.ts';
import { configure, rollBack, type SqliteHandle } from './sqlite-handle.ts';
import { SqliteLock } from './sqlite-lock.ts';

type Orm = Awaited<ReturnType<typeof openOrm>>;

/**
 * Faults after which the same connection works again; any other may lie in the open file. After a failed write it must
 * stay open: it writes the same place once more, whereas a new connection would take what reached the file, but perhaps
 * not the disk, for committed.
 */
const passing = /^SQLITE_(FULL|BUSY|LOCKED|IOERR_(WRITE|FSYNC|DIR_FSYNC|TRUNCATE|SHMSIZE))/;
/** So many in a row, and the file is opened anew. */
const suspicious = 2;

/**
 * SQLite, opened by MikroORM. Everything goes through one connection, on which MikroORM lets only one at a time
 * work. Its own transactions are not used: one that cannot be rolled back (SQLite has ended it already when the disk
 * is full) would hold the connection for ever.
 */
export class SqliteDatabase implements Database {
  readonly #orm: Orm;
  readonly #lock: SqliteLock;
  /** Connections that are set up. */
  readonly #known = new WeakSet<SqliteHandle>();
  /** Failures in a row that may lie in the connection. */
  #faults = 0;
  /** The last write failed. */
  #failing = false;
  #reopening: Promise<void> | undefined;
  readonly #inFlight = new InFlight();
  #closed = false;
  readonly #shared = new SharedTransaction((work) =>
    this.#written((handle) =>
      transaction(handle, () => {
        work(handle);
      }),
    ),
  );

  private constructor(orm: Orm, lock: SqliteLock) {
    this.#orm = orm;
    this.#lock = lock;
  }

  static async open(path: string, checkKeys?: KeyCheck): Promise<SqliteDatabase> {
    const file = await prepareFile(path);
    const lock = await SqliteLock.acquire(file);
    let orm: Orm | undefined;
    try {
      orm = await openOrm(file);
      const database = new SqliteDatabase(orm, lock);
      await database.#hold(() => undefined);
      await migrate(orm, { migrations, checkKeys });
      return database;
    } catch (error) {
      await orm?.close();
      await lock.release();
      throw storageError(error);
    }
  }

  read<T>(work: (em: SqlEntityManager) => Promise<T>): Promise<T> {
    return this.#judged(() => work(this.#orm.em.fork()));
  }

  write<T>(work: (em: SqlEntityManager) => Promise<T>): Promise<T> {
    return this.#written((handle, held) => {
      const em = this.#orm.em.fork();
      em.setTransactionContext(held);
      return transaction(handle, () => work(em));
    });
  }

  /**
   * One transaction in plain statements, with nobody else on the connection. What is asked for in one turn of the
   * event loop (new events and old outcomes, under load) shares the transaction, and so its fsync.
   */
  exclusively<T>(work: (handle: SqliteHandle) => T): Promise<T> {
    return this.#shared.run(work);
  }

  /** Nobody else on the connection, and no transaction. */
  alone(work: (handle: SqliteHandle) => void): Promise<void> {
    return this.#written(work);
  }

  async ping(): Promise<void> {
    // While writes fail, reading proves nothing. This rewrites a number in the header of the file.
    const probe = (handle: SqliteHandle) => handle.exec('pragma user_version = 0');
    if (this.#failing) await this.#written(probe);
    else await this.read((em) => em.getConnection().execute('select count(*) from token'));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#inFlight.ended();
    await this.#orm.close();
    await this.#lock.release();
  }

  async #written<T>(work: (handle: SqliteHandle, held: object) => T | Promise<T>): Promise<T> {
    const result = await this.#judged(() => this.#hold(work));
    this.#failing = false;
    this.#faults = 0;
    return result;
  }

  #judged<T>(work: () => Promise<T>): Promise<T> {
    return this.#inFlight.add(this.#attempt(work));
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    // MikroORM would open the file again, unlocked.
    if (this.#closed) throw new SignalboxError('STORAGE_UNAVAILABLE', 'the database is closed');
    if (this.#faults >= suspicious) this.#reopening ??= this.#reopen();
    try {
      await this.#reopening;
      return await work();
    } catch (error) {
      this.#note(storageFault(error));
      throw storageError(error);
    }
  }

  #note(fault: string | undefined): void {
    if (fault === undefined) return;
    this.#failing = true;
    if (!passing.test(fault)) this.#faults++;
  }

  /** Has the connection for itself until `work` has ended. */
  async #hold<T>(work: (handle: SqliteHandle, held: object) => T | Promise<T>): Promise<T> {
    const connection = this.#orm.driver.getConnection();
    // First, since it may have to connect, for which it needs the connection itself.
    const handle = await connection.getNativeClient();
    return connection
      .getClient()
      .connection()
      .execute(async (held) => {
        if (!this.#known.has(handle)) configure(handle);
        this.#known.add(handle);
        rollBack(handle);
        return work(handle, held);
      });
  }

  async #reopen(): Promise<void> {
    try {
      await this.#orm.reconnect();
      // Nobody reads before the log is on the disk: a run that is not could be carried out and then be gone.
      await this.#hold(() => undefined);
      this.#faults = 0;
    } finally {
      this.#reopening = undefined;
    }
  }
}

/** `begin immediate` takes its place as the one writer at once, and not when it may be too late. */
async function transaction<T>(handle: SqliteHandle, work: () => T | Promise<T>): Promise<T> {
  handle.exec('begin immediate');
  try {
    const result = await work();
    handle.exec('commit');
    return result;
  } catch (error) {
    rollBack(handle);
    throw error;
  }
}

function openOrm(file: string) {
  return MikroORM.init({ ...ormOptions(migrations), dbName: file });
}

import { MikroORM, type SqlEntityManager } from '@mikro-orm/postgresql';
import { SignalboxError } from '../../domain/errors.ts';
import type { KernelLogger } from '../../kernel/logger.ts';
import type { Database } from '../database.ts';
import { InFlight } from '../in-flight.ts';
import { migrate, type KeyCheck } from '../migrate.ts';
import { ormOptions } from '../orm-options.ts';
import { storageError, storageFault } from '../storage-error.ts';
import { migrations } from './migrations/index.ts';
import { openingError } from './opening-error.ts';
import { isPool, transaction, type PostgresClient, type PostgresPool } from './postgres-client.ts';
import { PostgresLock } from './postgres-lock.ts';

type Orm = Awaited<ReturnType<typeof openOrm>>;

/** PostgreSQL, opened by MikroORM. Its pool replaces connections that have broken. */
export class PostgresDatabase implements Database {
  readonly #orm: Orm;
  readonly #pool: PostgresPool;
  readonly #lock: PostgresLock;
  readonly #inFlight = new InFlight();
  #closed = false;

  private constructor(orm: Orm, pool: PostgresPool, lock: PostgresLock) {
    this.#orm = orm;
    this.#pool = pool;
    this.#lock = lock;
  }

  static async open(
    url: string,
    {
      logger,
      checkKeys,
    }: { readonly logger?: KernelLogger | undefined; readonly checkKeys?: KeyCheck | undefined } = {},
  ): Promise<PostgresDatabase> {
    let orm: Orm | undefined;
    let lock: PostgresLock | undefined;
    try {
      orm = await openOrm(url);
      const pool: unknown = await orm.driver.getConnection().getNativeClient();
      if (!isPool(pool)) throw new TypeError('MikroORM has no pool of PostgreSQL connections');
      lock = await PostgresLock.acquire(pool, logger);
      await migrate(orm, { migrations, checkKeys });
      return new PostgresDatabase(orm, pool, lock);
    } catch (error) {
      await lock?.release();
      await orm?.close();
      throw openingError(error, url);
    }
  }

  read<T>(work: (em: SqlEntityManager) => Promise<T>): Promise<T> {
    return this.#judged(() => work(this.#orm.em.fork()));
  }

  write<T>(work: (em: SqlEntityManager) => Promise<T>): Promise<T> {
    return this.#written(() => this.#hold(work));
  }

  /** One transaction in plain statements. */
  transaction<T>(work: (client: PostgresClient) => Promise<T>): Promise<T> {
    return this.#written(() => transaction(this.#pool, work));
  }

  /** Writes tables into new files, without what deleted and replaced rows have left in the old ones, however long that takes. */
  async rewrite(tables: readonly string[]): Promise<void> {
    await this.#written(async () => {
      const client = await this.#pool.connect();
      try {
        await client.query({ text: 'set statement_timeout = 0' });
        for (const table of tables) await client.query({ text: `vacuum full "${table}"` });
      } finally {
        // It is not used for anything else: its time limit is gone.
        client.release(true);
      }
    });
  }

  async ping(): Promise<void> {
    await this.#written(() => this.#orm.em.fork().getConnection().execute('select 1'));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#inFlight.ended();
    await this.#lock.release();
    await this.#orm.close();
  }

  #written<T>(work: () => Promise<T>): Promise<T> {
    return this.#judged(async () => {
      await this.#lock.held();
      return work();
    });
  }

  #judged<T>(work: () => Promise<T>): Promise<T> {
    return this.#inFlight.add(this.#attempt(work));
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    // MikroORM would open another pool.
    if (this.#closed) throw new SignalboxError('STORAGE_UNAVAILABLE', 'the database is closed');
    try {
      return await work();
    } catch (error) {
      if (storageFault(error) !== undefined) this.#lock.doubt();
      throw storageError(error);
    }
  }

  /**
   * A transaction for MikroORM. Not MikroORM's own: when the server has gone, one that cannot be rolled back never
   * gives its connection back to the pool.
   */
  #hold<T>(work: (em: SqlEntityManager) => Promise<T>): Promise<T> {
    const connection = this.#orm.em.getConnection();
    const em = this.#orm.em.fork();
    return connection
      .getClient()
      .connection()
      .execute(async (held) => {
        const run = (sql: string) => connection.execute(sql, [], 'run', held);
        em.setTransactionContext(held);
        await run('begin');
        try {
          const result = await work(em);
          await run('commit');
          return result;
        } catch (error) {
          await run('rollback').catch(() => undefined);
          throw error;
        }
      });
  }
}

function openOrm(url: string) {
  return MikroORM.init({
    ...ormOptions(migrations),
    clientUrl: url,
    driverOptions: {
      // The driver reads more out of it than MikroORM does: sslmode, socket folders …
      connectionString: url,
      application_name: 'signalbox',
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      statement_timeout: 30_000,
      idle_in_transaction_session_timeout: 60_000,
    },
  });
}

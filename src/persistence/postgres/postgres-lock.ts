import { setTimeout as sleep } from 'node:timers/promises';
import { SignalboxError } from '../../domain/errors.ts';
import type { KernelLogger } from '../../kernel/logger.ts';
import { storageError } from '../storage-error.ts';
import type { PostgresClient, PostgresPool } from './postgres-client.ts';

/** Locks of this kind belong to a database already; the schema tells apart what shares one. */
const key = `hashtextextended('signalbox/' || coalesce(current_schema(), ''), 0)`;
const tryLock = `select pg_try_advisory_lock(${key}) as locked, current_database() as name,
  pg_backend_pid() as pid, extract(epoch from backend_start)::text as since
  from pg_stat_activity where pid = pg_backend_pid()`;
const endSession = `select pg_terminate_backend(pid) from pg_stat_activity
  where pid = $1 and extract(epoch from backend_start)::text = $2`;
/** A machine that is gone without a word must not keep the lock for the two hours that are usual. */
const keepAlive =
  'set tcp_keepalives_idle = 20; set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3';

/** The server may need a moment to notice that a process has died or a connection has closed, ms. */
const patience = 1_000;
const pause = 50;
const checkTimeout = 5_000;
const retryAfter = 5;

/**
 * Keeps other Signalbox processes out: two would run every task twice. It belongs to a connection of its own, so that
 * the server ends it with the process, however that dies. When the connection is lost it is taken again, and nothing
 * is written before.
 */
export class PostgresLock {
  #client: PostgresClient | undefined;
  /** The last session that had the lock: the server may believe that it still lives. */
  #session: readonly unknown[] | undefined;
  #taking: Promise<void> | undefined;
  #checking: Promise<void> | undefined;
  #closed = false;

  private constructor(
    private readonly pool: PostgresPool,
    private readonly logger: KernelLogger | undefined,
  ) {}

  /** Throws STORAGE_UNAVAILABLE when another process has it. */
  static async acquire(pool: PostgresPool, logger?: KernelLogger): Promise<PostgresLock> {
    const lock = new PostgresLock(pool, logger);
    await lock.held();
    return lock;
  }

  /** Resolves when this process has the lock; rejects when it cannot have it now. */
  async held(): Promise<void> {
    await this.#checking;
    if (this.#client !== undefined) return;
    this.#taking ??= this.#take().finally(() => (this.#taking = undefined));
    await this.#taking;
  }

  /** Another connection has failed: this one may be dead without having said so. */
  doubt(): void {
    const client = this.#client;
    if (client === undefined) return;
    this.#checking ??= client
      .query({ text: 'select 1', query_timeout: checkTimeout })
      .then(
        () => undefined,
        () => {
          this.#lose(client);
        },
      )
      .finally(() => (this.#checking = undefined));
  }

  async release(): Promise<void> {
    this.#closed = true;
    await this.#taking?.catch(() => undefined);
    const client = this.#client;
    this.#client = undefined;
    client?.release(true);
  }

  async #take(): Promise<void> {
    const client = await this.pool.connect();
    let isLost = false;
    const wasLost = () => isLost;
    const lost = () => {
      isLost = true;
      this.#lose(client);
    };
    client.on('error', lost);
    client.on('end', lost);
    try {
      await this.#lock(client);
      if (wasLost())
        throw new SignalboxError('STORAGE_UNAVAILABLE', 'the connection was lost', { retryAfter });
      this.#client = client;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  async #lock(client: PostgresClient): Promise<void> {
    await client.query({ text: keepAlive });
    for (let waited = 0; ; waited += pause) {
      const [row] = (await client.query({ text: tryLock, query_timeout: checkTimeout })).rows;
      if (row?.['locked'] === true) {
        this.#session = [row['pid'], row['since']];
        return;
      }
      if (waited >= patience) throw inUse(String(row?.['name']));
      if (this.#session !== undefined) await client.query({ text: endSession, values: this.#session });
      await sleep(pause);
    }
  }

  #lose(client: PostgresClient): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    client.release(true);
    if (!this.#closed) void this.#takeAgain();
  }

  /** Also while there is nothing to write: another process must not come in between. */
  async #takeAgain(): Promise<void> {
    let told = '';
    while (!this.#closed) {
      try {
        await this.held();
        if (told !== '') this.logger?.info({}, 'The database is held again');
        return;
      } catch (error) {
        const err = storageError(error);
        const message = err instanceof Error ? err.message : String(err);
        if (message !== told)
          this.logger?.error({ err }, 'Nothing can be stored until the database is held again');
        told = message;
        await sleep(pause * 10, undefined, { ref: false });
      }
    }
  }
}

function inUse(name: string): SignalboxError {
  return new SignalboxError(
    'STORAGE_UNAVAILABLE',
    `the database ${name} is in use by another Signalbox process: stop it, or choose another database`,
    { retryAfter },
  );
}

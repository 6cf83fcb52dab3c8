import { MikroORM } from '@mikro-orm/postgresql';
import { setTimeout as sleep } from 'node:timers/promises';

type Query = (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** Runs a statement on a server as somebody else than the store. */
export async function execute(url: string, sql: string): Promise<void> {
  await session(url, (query) => query(sql));
}

/** The first column of what a statement finds, as texts. */
export function query(url: string, sql: string): Promise<readonly string[]> {
  return session(url, async (ask) => (await ask(sql)).map((row) => String(Object.values(row)[0])));
}

/**
 * Begins work that has to wait for a lock, cuts off its connections while it waits, and tells how it ended. The
 * pieces of work must need as many connections as there are pieces.
 */
export function cutOff(
  url: string,
  begin: () => readonly Promise<unknown>[],
): Promise<readonly PromiseSettledResult<unknown>[]> {
  return session(url, (query, inTransaction) =>
    inTransaction(async (locked) => {
      await locked('lock table event, task');
      const work = begin();
      const outcomes = Promise.allSettled(work);
      const waiting = `from pg_stat_activity where datname = current_database()
        and application_name = 'signalbox' and wait_event_type = 'Lock'`;
      while ((await query(`select pid ${waiting}`)).length < work.length) await sleep(5);
      await query(`select pg_terminate_backend(pid) ${waiting}`);
      return outcomes;
    }),
  );
}

/** Ends the session that keeps other processes out of the database, and does `work` in possession of its lock. */
export function inPossession<T>(url: string, work: () => Promise<T>): Promise<T> {
  return session(url, (query, inTransaction) =>
    inTransaction(async (locked) => {
      const holder = `from pg_locks where locktype = 'advisory' and granted
        and database = (select oid from pg_database where datname = current_database())`;
      const waiting = locked(
        `select pg_advisory_xact_lock((classid::bigint << 32) | objid::bigint) ${holder}`,
      );
      const waiter = `select pid from pg_locks where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())`;
      while ((await query(waiter)).length === 0) await sleep(5);
      await query(`select pg_terminate_backend(pid) ${holder}`);
      await waiting;
      return work();
    }),
  );
}

async function session<T>(
  url: string,
  work: (query: Query, inTransaction: <R>(work: (query: Query) => Promise<R>) => Promise<R>) => Promise<T>,
): Promise<T> {
  const orm = await MikroORM.init({
    clientUrl: url,
    driverOptions: { connectionTimeoutMillis: 2_000 },
    entities: [],
    discovery: { warnWhenNoEntities: false },
    logger: () => undefined,
  });
  const connection = orm.em.getConnection();
  try {
    return await work(
      (sql) => connection.execute(sql),
      (locked) =>
        connection.transactional((held) => locked((sql) => connection.execute(sql, [], 'all', held))),
    );
  } finally {
    await orm.close();
  }
}

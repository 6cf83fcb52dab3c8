/** What is used of the pool that MikroORM opens (package `pg`). */
export interface PostgresPool {
  connect(): Promise<PostgresClient>;
}

export interface PostgresClient {
  query(query: PostgresQuery): Promise<PostgresResult>;
  /** With true the connection is thrown away instead of used again. */
  release(broken: boolean): void;
  /** The connection is lost. */
  on(event: 'error' | 'end', listener: () => void): unknown;
}

export interface PostgresQuery {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** How long to wait for the answer, ms. */
  readonly query_timeout?: number;
}

export interface PostgresResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly rowCount: number | null;
}

export function isPool(value: unknown): value is PostgresPool {
  return typeof value === 'object' && value !== null && 'connect' in value;
}

/** One transaction on a connection of its own. */
export async function transaction<T>(
  pool: PostgresPool,
  work: (client: PostgresClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query({ text: 'begin' });
    const result = await work(client);
    await client.query({ text: 'commit' });
    broken = false;
    return result;
  } catch (error) {
    // Without an answer to this the connection is gone, and its transaction with it.
    broken = await client.query({ text: 'rollback' }).then(
      () => false,
      () => true,
    );
    throw error;
  } finally {
    client.release(broken);
  }
}

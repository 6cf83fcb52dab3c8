import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '../../../src/persistence/store.ts';
import { execute } from './postgres-session.ts';

/** An empty database for one test. */
export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  open(): Promise<Store>;
}

export interface Backend {
  readonly name: string;
  create(): Promise<TestDatabase>;
}

/** Opens a store on an empty database and puts both away at the end: `await using fresh = await freshStore(backend)`. */
export async function freshStore(backend: Backend): Promise<{ readonly store: Store } & AsyncDisposable> {
  const database = await backend.create();
  const store = await database.open();
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

export const sqlite: Backend = {
  name: 'SQLite',
  async create() {
    const folder = await temporaryFolder();
    return databaseAt(`sqlite:${join(folder.path, 'data', 'signalbox.db')}`, async () => {
      await folder[Symbol.asyncDispose]();
    });
  },
};

export async function temporaryFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'signalbox-store-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const server = process.env['SIGNALBOX_TEST_POSTGRES'] ?? 'postgresql://root@127.0.0.1:5432/test';

export const postgres: Backend = {
  name: 'PostgreSQL',
  async create() {
    const name = `signalbox_test_${randomBytes(6).toString('hex')}`;
    await execute(server, `create database ${name}`);
    const url = new URL(server);
    url.pathname = `/${name}`;
    return databaseAt(url.href, () => execute(server, `drop database ${name} with (force)`));
  },
};

/** Why no test can use PostgreSQL here, or undefined when one can. */
export async function postgresMissing(): Promise<string | undefined> {
  try {
    await (await postgres.create())[Symbol.asyncDispose]();
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `no database can be made at ${server.replace(/:[^:@/]*@/, ':…@')}: ${reason}`;
  }
}

function databaseAt(url: string, drop: () => Promise<void>): TestDatabase {
  return {
    url,
    open: () => openStore({ url, dataDir: 'unused' }),
    [Symbol.asyncDispose]: drop,
  };
}

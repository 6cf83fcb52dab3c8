import type { MigrationObject, MikroORM } from '@mikro-orm/core';
import { SignalboxError } from '../domain/errors.ts';

/** Is given the ids of the keys that something in a database may be sealed with, and throws if they are not there. */
export type KeyCheck = (ids: readonly string[]) => void;

interface Plan {
  readonly migrations: readonly MigrationObject[];
  readonly checkKeys?: KeyCheck | undefined;
}

const secretsTable = '0008-secrets';

/**
 * Brings the tables to what this version needs. Refuses a database that a newer version has changed, and one whose keys are not there:
 * then nothing was changed.
 */
export async function migrate(orm: MikroORM, { migrations, checkKeys }: Plan): Promise<void> {
  const known = new Set(migrations.map(({ name }) => name));
  const executed = await orm.migrator.getExecuted();
  const unknown = executed.find(({ name }) => !known.has(name));
  if (unknown) {
    throw new SignalboxError(
      'STORAGE_UNAVAILABLE',
      `the database was written by a newer version of Signalbox (it has the migration ${unknown.name}): start that one`,
    );
  }
  if (checkKeys && executed.some(({ name }) => name === secretsTable)) {
    const sql = 'select id from secret_key';
    const keys = (await orm.em.getConnection().execute(sql)) as readonly { readonly id: string }[];
    checkKeys(keys.map(({ id }) => id));
  }
  await orm.migrator.up();
}

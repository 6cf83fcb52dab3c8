import type { MigrationObject, MikroORM } from '@mikro-orm/core';
import { SignalboxError } from '../domain/errors.ts';

/** Brings the tables to what this version needs. Refuses a database that a newer version has changed. */
export async function migrate(orm: MikroORM, migrations: readonly MigrationObject[]): Promise<void> {
  const known = new Set(migrations.map(({ name }) => name));
  const executed = await orm.migrator.getExecuted();
  const unknown = executed.find(({ name }) => !known.has(name));
  if (unknown) {
    throw new SignalboxError(
      'STORAGE_UNAVAILABLE',
      `the database was written by a newer version of Signalbox (it has the migration ${unknown.name}): start that one`,
    );
  }
  await orm.migrator.up();
}

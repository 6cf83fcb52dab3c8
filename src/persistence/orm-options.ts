import type { MigrationObject } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { entities } from './entities/index.ts';

/** What both databases have in common. */
export function ormOptions(migrations: readonly MigrationObject[]) {
  return {
    entities,
    extensions: [Migrator],
    // An empty column becomes undefined, so that it can be told from the JSON value null.
    forceUndefined: true,
    // Listed, not searched for in folders: so it works from the build and from the sources alike.
    migrations: { migrationsList: [...migrations], snapshot: false, silent: true },
    // Whatever matters is in the error that the caller gets.
    logger: () => undefined,
  };
}

import { MikroORM } from '@mikro-orm/sqlite';
import { describe } from '@jest/globals';
import { ormOptions } from '../../src/persistence/orm-options.ts';
import { migrations } from '../../src/persistence/sqlite/migrations/index.ts';
import { sqlite } from './persistence/backend.ts';
import { sqliteFaultSuite } from './persistence/sqlite-fault-suite.ts';
import { sqliteFolderSuite } from './persistence/sqlite-folder-suite.ts';
import { sqliteShrinkSuite } from './persistence/sqlite-shrink-suite.ts';
import { conformanceSuites } from './persistence/suites.ts';

describe('persistence on SQLite', () => {
  conformanceSuites(sqlite, (url) =>
    MikroORM.init({ ...ormOptions(migrations), dbName: url.slice('sqlite:'.length) }),
  );
  sqliteFolderSuite();
  sqliteFaultSuite();
  sqliteShrinkSuite();
});

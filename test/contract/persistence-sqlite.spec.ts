import { MikroORM } from '@mikro-orm/sqlite';
import { describe } from '@jest/globals';
import { ormOptions } from '../../src/persistence/orm-options.ts';
import { migrations } from '../../src/persistence/sqlite/migrations/index.ts';
import { DatabaseSync } from 'node:sqlite';
import { auditSuite } from './persistence/audit-suite.ts';
import { sqlite } from './persistence/backend.ts';
import { sqliteFaultSuite } from './persistence/sqlite-fault-suite.ts';
import { sqliteFolderSuite } from './persistence/sqlite-folder-suite.ts';
import { sqliteShrinkSuite } from './persistence/sqlite-shrink-suite.ts';
import { conformanceSuites } from './persistence/suites.ts';

describe('persistence on SQLite', () => {
  conformanceSuites(sqlite, (url) =>
    MikroORM.init({ ...ormOptions(migrations), dbName: url.slice('sqlite:'.length) }),
  );
  auditSuite(sqlite, {
    execute: (url, sql) =>
      new Promise((resolve) => {
        using database = new DatabaseSync(url.slice('sqlite:'.length));
        database.exec(sql);
        resolve(undefined);
      }),
    replace: [
      `insert or replace into audit (id, time, actor, action, kind)
         values ('0197c1f0-0000-7000-8000-000000000000', 1, 'nobody', 'created', 'tag')`,
      `replace into audit select * from audit`,
      `insert or replace into audit (rowid, id, time, actor, action, kind)
         values (1, 'another', 1, 'nobody', 'created', 'tag')`,
    ],
  });
  sqliteFolderSuite();
  sqliteFaultSuite();
  sqliteShrinkSuite();
});

import { MikroORM } from '@mikro-orm/postgresql';
import { describe, it } from '@jest/globals';
import { ormOptions } from '../../src/persistence/orm-options.ts';
import { migrations } from '../../src/persistence/postgres/migrations/index.ts';
import { auditSuite } from './persistence/audit-suite.ts';
import { postgres, postgresMissing } from './persistence/backend.ts';
import { postgresFaultSuite } from './persistence/postgres-fault-suite.ts';
import { execute } from './persistence/postgres-session.ts';
import { conformanceSuites } from './persistence/suites.ts';

const missing = await postgresMissing();

describe('persistence on PostgreSQL', () => {
  if (missing !== undefined) {
    it.skip(missing, () => undefined);
    return;
  }
  conformanceSuites(postgres, (url) => MikroORM.init({ ...ormOptions(migrations), clientUrl: url }));
  auditSuite(postgres, {
    execute,
    replace: [
      'truncate audit',
      `insert into audit select * from audit on conflict (id) do update set actor = 'nobody'`,
    ],
  });
  postgresFaultSuite(postgres);
});

import { MikroORM } from '@mikro-orm/postgresql';
import { describe, it } from '@jest/globals';
import { ormOptions } from '../../src/persistence/orm-options.ts';
import { migrations } from '../../src/persistence/postgres/migrations/index.ts';
import { postgres, postgresMissing } from './persistence/backend.ts';
import { postgresFaultSuite } from './persistence/postgres-fault-suite.ts';
import { conformanceSuites } from './persistence/suites.ts';

const missing = await postgresMissing();

describe('persistence on PostgreSQL', () => {
  if (missing !== undefined) {
    it.skip(missing, () => undefined);
    return;
  }
  conformanceSuites(postgres, (url) => MikroORM.init({ ...ormOptions(migrations), clientUrl: url }));
  postgresFaultSuite(postgres);
});

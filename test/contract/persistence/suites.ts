import type { MikroORM } from '@mikro-orm/core';
import type { Backend } from './backend.ts';
import { historySuite } from './history-suite.ts';
import { identitySuite } from './identity-suite.ts';
import { journalSuite } from './journal-suite.ts';
import { lifeSuite } from './life-suite.ts';
import { resourceSuite } from './resource-suite.ts';
import { retentionSuite } from './retention-suite.ts';
import { runQueueSuite } from './run-queue-suite.ts';
import { secretSuite } from './secret-suite.ts';
import { schemaSuite } from './schema-suite.ts';

/** All that every database must do. */
export function conformanceSuites(backend: Backend, openOrm: (url: string) => Promise<MikroORM>): void {
  journalSuite(backend);
  runQueueSuite(backend);
  historySuite(backend);
  retentionSuite(backend);
  resourceSuite(backend);
  secretSuite(backend);
  identitySuite(backend);
  lifeSuite(backend);
  schemaSuite(backend, openOrm);
}

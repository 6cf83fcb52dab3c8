import type { MikroORM } from '@mikro-orm/core';
import { describe, expect, it } from '@jest/globals';
import {
  attemptTable,
  auditTable,
  eventTable,
  objectStateTable,
  objectTable,
  runTable,
} from '../../../src/persistence/hot-tables.ts';
import type { Backend } from './backend.ts';

/** The tables that migrations make, the entities and the hand-written statements must not drift apart. */
export function schemaSuite(backend: Backend, openOrm: (url: string) => Promise<MikroORM>): void {
  describe('schema', () => {
    it('is after all migrations what the entities say', async () => {
      await using database = await backend.create();
      await (await database.open()).close();
      const orm = await openOrm(database.url);
      try {
        const differing = await orm.schema.getUpdateSchemaSQL({ wrap: false });
        // Entities say nothing of what keeps the audit log as it is.
        const triggers = /^drop (trigger|function) if exists [`"]audit_.*;$/gm;
        expect(differing.replace(triggers, '').trim()).toBe('');
      } finally {
        await orm.close();
      }
    });

    it('has the columns of the hand-written statements', async () => {
      await using database = await backend.create();
      await (await database.open()).close();
      const orm = await openOrm(database.url);
      try {
        for (const [name, { columns }] of Object.entries({
          Event: eventTable,
          Run: runTable,
          Attempt: attemptTable,
          Audit: auditTable,
          Object: objectTable,
          ObjectState: objectStateTable,
        })) {
          const entity = [...orm.getMetadata().getAll().values()].find(({ className }) => className === name);
          expect(columns.map(([column]) => column)).toEqual(
            entity?.props.flatMap(({ fieldNames }) => fieldNames),
          );
        }
      } finally {
        await orm.close();
      }
    });
  });
}

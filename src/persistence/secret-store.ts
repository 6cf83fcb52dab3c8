import type { SqlEntityManager } from '@mikro-orm/sqlite';
import type { KeptInput, KeyUse, Resealed, SecretStorePort } from '../kernel/ports.ts';
import type { JsonObject } from '../sdk/index.ts';
import { addEntries } from './audit-store.ts';
import type { Database } from './database.ts';
import { ObjectEntity } from './entities/object.entity.ts';
import { OutboxEntity } from './entities/outbox.entity.ts';
import { RunEntity } from './entities/run.entity.ts';
import { SecretKeyEntity, toKeyUse } from './entities/secret-key.entity.ts';
import { TaskEntity } from './entities/task.entity.ts';

interface InputRow {
  readonly id: string;
  readonly taskId: string;
  readonly action: string;
  readonly input: string;
}

export class SecretStore implements SecretStorePort {
  constructor(
    private readonly database: Database,
    readonly scrub: () => Promise<void>,
  ) {}

  keys(): Promise<readonly KeyUse[]> {
    return this.database.read(async (em) => (await em.findAll(SecretKeyEntity)).map(toKeyUse));
  }

  reseal(resealed: Resealed): Promise<void> {
    return this.database.write((em) => put(em, resealed));
  }

  inputs({
    after,
    limit,
    harmless,
  }: Parameters<SecretStorePort['inputs']>[0]): Promise<readonly KeptInput[]> {
    const others = harmless.length > 0 ? `action not in (${harmless.map(() => '?').join(', ')})` : 'true';
    return this.database.read(async (em) => {
      // What is sealed is an array, and all else an object.
      const rows = await em.getConnection().execute<readonly InputRow[]>(
        `select id, task_id as "taskId", action, cast(input as text) as "input" from run
         where id > ? and (cast(input as text) like '[%' or ${others}) order by id limit ?`,
        [after, ...harmless, limit],
      );
      return rows.map(({ input, ...row }) => ({ ...row, input: JSON.parse(input) as JsonObject }));
    });
  }
}

async function put(
  em: SqlEntityManager,
  { objects = [], tasks = [], outbox = [], runs = [], audit = [], keys }: Resealed,
) {
  for (const { type, key, settings, enabled } of objects)
    await em.nativeUpdate(ObjectEntity, { type, key }, { settings, enabled });
  for (const { id, settings, enabled } of tasks)
    await em.nativeUpdate(TaskEntity, { id }, { settings, enabled });
  for (const { id, object } of outbox) await em.nativeUpdate(OutboxEntity, { id }, { object });
  for (const { id, input } of runs) await em.nativeUpdate(RunEntity, { id }, { input });
  await addEntries(em, audit);
  if (!keys) return;
  await em.nativeDelete(SecretKeyEntity, {});
  await em.insertMany(SecretKeyEntity, [...keys]);
}

import type { SqlEntityManager } from '@mikro-orm/sqlite';
import type { KeptInputs, KeyUse, Resealed, SecretStorePort } from '../kernel/ports.ts';
import type { JsonObject } from '../sdk/index.ts';
import { addEntries } from './audit-store.ts';
import type { Database } from './database.ts';
import { ObjectEntity } from './entities/object.entity.ts';
import { OutboxEntity } from './entities/outbox.entity.ts';
import { SecretKeyEntity, toKeyUse } from './entities/secret-key.entity.ts';
import { TaskEntity } from './entities/task.entity.ts';

interface InputRow {
  readonly id: string;
  readonly taskId: string;
  readonly action: string;
  /** Null where it is none of those that are looked for. */
  readonly text: string | null;
}

/** How a database overwrites what it has left of old rows. */
export type Scrubbing = Pick<SecretStorePort, 'scrub' | 'emptyLog'>;

export class SecretStore implements SecretStorePort {
  constructor(
    private readonly database: Database,
    private readonly scrubbing: Scrubbing,
  ) {}

  scrub(what: { readonly runs: boolean }): Promise<void> {
    return this.scrubbing.scrub(what);
  }

  emptyLog(): Promise<void> {
    return this.scrubbing.emptyLog();
  }

  keys(): Promise<readonly KeyUse[]> {
    return this.database.read(async (em) => (await em.findAll(SecretKeyEntity)).map(toKeyUse));
  }

  reseal(resealed: Resealed): Promise<number> {
    return this.database.write((em) => put(em, resealed));
  }

  inputs({ after, limit, harmless }: Parameters<SecretStorePort['inputs']>[0]): Promise<KeptInputs> {
    const others = harmless.length > 0 ? `action not in (${harmless.map(() => '?').join(', ')})` : 'true';
    return this.database.read(async (em) => {
      // What is sealed is an array, and all else an object.
      const rows = await em.getConnection().execute<readonly InputRow[]>(
        `select id, task_id as "taskId", action,
           case when cast(input as text) like '[%' or ${others} then cast(input as text) end as "text"
         from run where id > ? order by id limit ?`,
        [...harmless, after, limit],
      );
      const items = rows.flatMap(({ text, ...row }) =>
        text === null ? [] : [{ ...row, text, input: JSON.parse(text) as JsonObject }],
      );
      return { items, next: rows.length < limit ? undefined : rows.at(-1)?.id };
    });
  }
}

async function put(
  em: SqlEntityManager,
  { objects = [], tasks = [], outbox = [], runs = [], audit = [], keys }: Resealed,
): Promise<number> {
  for (const { type, key, settings, enabled, updatedAt, changedAt } of objects)
    await em.nativeUpdate(ObjectEntity, { type, key }, { settings, enabled, updatedAt, changedAt });
  for (const { id, settings, enabled, updatedAt } of tasks)
    await em.nativeUpdate(TaskEntity, { id }, { settings, enabled, updatedAt });
  for (const { id, object } of outbox) await em.nativeUpdate(OutboxEntity, { id }, { object });
  let left = 0;
  for (const run of runs) if (!(await putInput(em, run))) left++;
  await addEntries(em, audit);
  if (!keys) return left;
  await em.nativeDelete(SecretKeyEntity, {});
  await em.insertMany(SecretKeyEntity, [...keys]);
  return left;
}

/** Somebody who tries the run again gives it other settings meanwhile: these stay. */
async function putInput(
  em: SqlEntityManager,
  { id, input, text }: NonNullable<Resealed['runs']>[number],
): Promise<boolean> {
  const { affectedRows } = await em
    .getConnection()
    .execute<{ readonly affectedRows: number }>(
      'update run set input = ? where id = ? and cast(input as text) = ?',
      [JSON.stringify(input), id, text],
      'run',
      em.getTransactionContext(),
    );
  return affectedRows > 0;
}

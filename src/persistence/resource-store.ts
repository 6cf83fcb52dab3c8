import type { SqlEntityManager } from '@mikro-orm/sqlite';
import { clockSlack, type ObjectState } from '../domain/records.ts';
import type {
  Beside,
  ObjectName,
  OutboxRecord,
  ResourceChange,
  Resources,
  ResourceStorePort,
} from '../kernel/ports.ts';
import { addEntries } from './audit-store.ts';
import type { Database } from './database.ts';
import { ObjectEntity, objectRow, toObject } from './entities/object.entity.ts';
import { ObjectStateEntity, toObjectState } from './entities/object-state.entity.ts';
import { OutboxEntity, toOutbox } from './entities/outbox.entity.ts';
import { ReadyMadeEntity } from './entities/ready-made.entity.ts';
import { TagEntity, tagRow, toTag } from './entities/tag.entity.ts';
import { TaskEntity, taskRow, toTask } from './entities/task.entity.ts';
import { toTrigger, TriggerEntity, triggerRow } from './entities/trigger.entity.ts';

export class ResourceStore implements ResourceStorePort {
  constructor(private readonly database: Database) {}

  load(): Promise<Resources> {
    return this.database.read(async (em) => ({
      objects: (await em.findAll(ObjectEntity)).map(toObject),
      tags: (await em.findAll(TagEntity)).map(toTag),
      tasks: (await em.findAll(TaskEntity)).map(toTask),
      triggers: (await em.findAll(TriggerEntity)).map(toTrigger),
      states: (await em.findAll(ObjectStateEntity)).map(toObjectState),
    }));
  }

  apply(
    changes: readonly ResourceChange[],
    { outbox = [], states = [], readyMade = [], audit = [] }: Beside = {},
  ): Promise<void> {
    // Only the last change of a resource counts, and then their order does not matter.
    const last = new Map(changes.map((change) => [identityOf(change), change]));
    return this.database.write(async (em) => {
      await putAll(em, [...last.values()].filter(isPut));
      for (const change of last.values()) if (!isPut(change)) await remove(em, change);
      if (outbox.length > 0) await em.insertMany(OutboxEntity, outbox.map(copyOf));
      for (const state of states) await putState(em, state);
      if (readyMade.length > 0) await em.insertMany(ReadyMadeEntity, [...readyMade]);
      await addEntries(em, audit);
    });
  }

  readyMade(): Promise<readonly ObjectName[]> {
    return this.database.read(async (em) =>
      (await em.findAll(ReadyMadeEntity)).map(({ type, key }) => ({ type, key })),
    );
  }

  outbox(): Promise<readonly OutboxRecord[]> {
    return this.database.read(async (em) =>
      (await em.findAll(OutboxEntity, { orderBy: { id: 'asc' } })).map(toOutbox),
    );
  }

  clearOutbox(ids: readonly string[]): Promise<void> {
    return this.database.write(async (em) => {
      await em.nativeDelete(OutboxEntity, { id: { $in: [...ids] } });
    });
  }
}

type Put = Extract<ResourceChange, { readonly put: unknown }>;
type Removal = Exclude<ResourceChange, Put>;

function isPut(change: ResourceChange): change is Put {
  return 'put' in change;
}

async function putAll(em: SqlEntityManager, puts: readonly Put[]): Promise<void> {
  const objects = puts.flatMap((put) => (put.kind === 'object' ? [copyOf(objectRow(put.put))] : []));
  const tags = puts.flatMap((put) => (put.kind === 'tag' ? [copyOf(tagRow(put.put))] : []));
  const tasks = puts.flatMap((put) => (put.kind === 'task' ? [copyOf(taskRow(put.put))] : []));
  const triggers = puts.flatMap((put) => (put.kind === 'trigger' ? [copyOf(triggerRow(put.put))] : []));
  if (objects.length > 0) await em.upsertMany(ObjectEntity, objects);
  if (tags.length > 0) await em.upsertMany(TagEntity, tags);
  // The journal may have spent the task while this change was being judged: no change makes it fire again.
  if (tasks.length > 0) await em.upsertMany(TaskEntity, tasks, { onConflictExcludeFields: ['spent'] });
  if (triggers.length > 0) await em.upsertMany(TriggerEntity, triggers);
}

/** MikroORM writes into what it is given, and records may be frozen: plugins have been shown them. */
function copyOf<Row extends object>(row: Row): Row {
  return structuredClone(row);
}

/** Events write states, too, and not in turn with this. One of the future was told by a clock that was wrong. */
async function putState(em: SqlEntityManager, { type, key, state, at }: ObjectState): Promise<void> {
  await em.getConnection().execute(
    `insert into object_state (type, key, state, at) values (?, ?, ?, ?)
     on conflict (type, key) do update set state = excluded.state, at = excluded.at
     where object_state.at <= excluded.at or object_state.at > excluded.at + ?`,
    [type, key, JSON.stringify(state), at, clockSlack],
    'run',
    em.getTransactionContext(),
  );
}

async function remove(em: SqlEntityManager, change: Removal): Promise<void> {
  switch (change.kind) {
    case 'object':
      await em.nativeDelete(ObjectEntity, { ...change.remove });
      await em.nativeDelete(ObjectStateEntity, { ...change.remove });
      break;
    case 'tag':
      await em.nativeDelete(TagEntity, { name: change.remove });
      break;
    case 'task':
      await em.nativeDelete(TaskEntity, { id: change.remove });
      break;
    case 'trigger':
      await em.nativeDelete(TriggerEntity, { id: change.remove });
      break;
  }
}

function identityOf(change: ResourceChange): string {
  if (change.kind === 'object') {
    const { type, key } = isPut(change) ? change.put : change.remove;
    return JSON.stringify([change.kind, type, key]);
  }
  if (!isPut(change)) return JSON.stringify([change.kind, change.remove]);
  return JSON.stringify([change.kind, change.kind === 'tag' ? change.put.name : change.put.id]);
}

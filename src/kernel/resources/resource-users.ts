import { splitName, type ObjectRecord, type TaskRecord, type TriggerRecord } from '../../domain/records.ts';
import type { ResourceRef } from './resource-input.ts';

/** All that may name others. */
interface Naming {
  readonly objects: () => readonly ObjectRecord[];
  readonly tasks: () => readonly TaskRecord[];
  readonly triggers: () => readonly TriggerRecord[];
}

/** Who names what. Those that name a resource are asked for by it: `task tell-ops`, `vm/gpu-01`. */
export function resourceUsers(all: Naming): (ref: ResourceRef) => readonly string[] {
  const users = new Map<string, string[]>();
  const note = (named: string, user: string): void => {
    const known = users.get(named);
    if (known) known.push(user);
    else users.set(named, [user]);
  };
  for (const { type, key, tags } of all.objects())
    for (const tag of tags) note(`tag ${tag}`, `${type}/${key}`);
  for (const { id, action, target } of all.tasks())
    note(
      'tag' in target ? `tag ${target.tag}` : `object ${splitName(action).type}/${target.object}`,
      `task ${id}`,
    );
  for (const { id, event, object, tag, task } of all.triggers()) {
    note(`task ${task}`, `trigger ${id}`);
    if (tag !== undefined) note(`tag ${tag}`, `trigger ${id}`);
    if (object !== undefined) note(`object ${splitName(event).type}/${object}`, `trigger ${id}`);
  }
  return ({ kind, id }) => users.get(`${kind} ${id}`) ?? [];
}

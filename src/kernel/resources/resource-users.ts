import { splitName, type ObjectRecord, type TaskRecord, type TriggerRecord } from '../../domain/records.ts';
import type { ResourceRef } from './resource-input.ts';

/** All that may name others. */
interface Naming {
  readonly objects: () => readonly ObjectRecord[];
  readonly tasks: () => readonly TaskRecord[];
  readonly triggers: () => readonly TriggerRecord[];
}

/** Who names what: gives those that name a resource. */
export function resourceUsers(all: Naming): (ref: ResourceRef) => readonly ResourceRef[] {
  const users = new Map<string, ResourceRef[]>();
  const note = (named: string, user: ResourceRef): void => {
    const known = users.get(named);
    if (known) known.push(user);
    else users.set(named, [user]);
  };
  for (const { type, key, tags } of all.objects())
    for (const tag of tags) note(`tag ${tag}`, { kind: 'object', id: `${type}/${key}` });
  for (const { id, action, target } of all.tasks())
    note('tag' in target ? `tag ${target.tag}` : `object ${splitName(action).type}/${target.object}`, {
      kind: 'task',
      id,
    });
  for (const { id, event, object, tag, task } of all.triggers()) {
    const trigger: ResourceRef = { kind: 'trigger', id };
    note(`task ${task}`, trigger);
    if (tag !== undefined) note(`tag ${tag}`, trigger);
    if (object !== undefined) note(`object ${splitName(event).type}/${object}`, trigger);
  }
  return ({ kind, id }) => users.get(`${kind} ${id}`) ?? [];
}

/** For people: `task tell-ops`, `vm/gpu-01`. */
export function userText({ kind, id }: ResourceRef): string {
  return kind === 'object' ? id : `${kind} ${id}`;
}

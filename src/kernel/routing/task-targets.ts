import { Injectable } from '@nestjs/common';
import { splitName, type ObjectRecord, type TaskRecord } from '../../domain/records.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import { ResourceIndex } from '../resources/resource-index.ts';

/** What a task acts on, as things are now. */
@Injectable()
export class TaskTargets {
  constructor(
    private readonly index: ResourceIndex,
    private readonly registry: PluginRegistry,
  ) {}

  /** `<object type>/<key>` each. An object that is named need not be there. */
  of(task: TaskRecord): readonly string[] {
    const { type } = splitName(task.action);
    if ('object' in task.target) return [`${type}/${task.target.object}`];
    return Array.from(this.#bearers(task, task.target.tag).keys(), (key) => `${type}/${key}`);
  }

  /** As many at most as `of` gives. */
  count(task: TaskRecord): number {
    return 'object' in task.target ? 1 : this.#bearers(task, task.target.tag).size;
  }

  /** On how many of them one event may have it act; Infinity where its action does not say. */
  limit({ action: name, settings }: TaskRecord): number {
    const known = this.registry.action(name);
    if (!known?.action.maxTargets) return Infinity;
    const { type, action } = known;
    try {
      // The settings have been checked by the schema that the function was typed with.
      const limit = this.registry.inScopeOf(type.name, () => action.maxTargets?.(settings as never));
      return typeof limit === 'number' && !Number.isNaN(limit) ? limit : 0;
    } catch {
      // A plugin that wants a limit but cannot tell it: a person has to.
      return 0;
    }
  }

  /** The objects of the action's type that bear a tag, by key. */
  #bearers({ action }: TaskRecord, tag: string): ReadonlyMap<string, ObjectRecord> {
    return this.index.bearing(splitName(action).type, tag);
  }
}

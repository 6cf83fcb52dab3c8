import { isDeepStrictEqual } from 'node:util';
import { SignalboxError } from '../../domain/errors.ts';
import { compileFilter } from '../../domain/filter.ts';
import { splitName, type ManagedBy, type TaskRecord, type TriggerRecord } from '../../domain/records.ts';
import { schemaError } from '../../domain/schema-error.ts';
import { checkTemplate } from '../../domain/template.ts';
import { versionTime } from '../../domain/version-time.ts';
import { z, type AnyObjectType, type JsonObject, type JsonValue } from '../../sdk/index.ts';
import type { EgressHttp } from '../egress/egress-http.ts';
import { checkEndpoint } from '../inbound/endpoint-rules.ts';
import type { PluginRegistry } from '../plugins/plugin-registry.ts';
import type { ResourceChange } from '../ports.ts';
import { unmask } from '../redaction/redactor.ts';
import { MASK } from '../redaction/settings-secrets.ts';
import { taskType } from '../task-type.ts';
import { checkDescription, checkId, checkKey, checkName, checkTag, freeId, slug } from './names.ts';
import type { ObjectInput, ResourceInput, TagInput, TaskInput, TriggerInput } from './resource-input.ts';
import { checkTaskSettings, parseSettings, settingsSchema } from './settings-parser.ts';
import type { Staging } from './staging.ts';

type Put = Extract<ResourceChange, { put: unknown }>;

/** Who knows what may be written. */
export interface Judges {
  readonly registry: PluginRegistry;
  readonly egress: Pick<EgressHttp, 'checkSettings'>;
}

/** Makes the record of what people wrote, or says what is wrong with it. */
export class RecordBuilder {
  constructor(
    private readonly judges: Judges,
    private readonly staging: Staging,
    private readonly managedBy: ManagedBy,
    private readonly now: number,
  ) {}

  build(input: ResourceInput): readonly Put[] {
    switch (input.kind) {
      case 'object':
        return [...this.#tags(input.tags ?? []), this.#object(input)];
      case 'tag':
        return [this.#tag(input)];
      case 'task':
        return [this.#task(input)];
      case 'trigger':
        return [this.#trigger(input)];
    }
  }

  #object(input: ObjectInput): Put {
    const { type: typeName, key } = input;
    const type = this.#type(typeName);
    if (type.instances === 'none')
      throw new SignalboxError('RESOURCE_INVALID', `${typeName} has no objects`, { field: 'type' });
    checkKey(key);
    checkName(input.name);
    const stored = this.staging.object(typeName, key);
    const schema = settingsSchema(type);
    const settings = parseSettings(
      schema,
      unmask(schema, input.settings, stored?.settings),
      `${typeName}/${key}`,
    );
    this.judges.egress.checkSettings(schema, settings, `${typeName}/${key}`);
    checkEndpoint(
      { type, key, settings },
      {
        registry: this.judges.registry,
        exists: (other) => this.staging.object(other, key) !== undefined,
      },
    );
    this.#check(type, settings, `${typeName}/${key}`);
    const { name = key, enabled = true, tags = [] } = input;
    const same = stored?.enabled === enabled && isDeepStrictEqual(stored.settings, settings);
    const put = {
      type: typeName,
      key,
      name,
      enabled,
      tags: [...new Set(tags)],
      settings,
      ...this.#managed(stored),
      changedAt: same ? stored.changedAt : this.now,
    };
    return { kind: 'object', put };
  }

  #check(type: AnyObjectType, settings: JsonObject, subject: string): void {
    // The settings are as the schema made them that the method was typed with.
    const check = () => type.check?.(settings as never) ?? [];
    const problems = this.judges.registry.inScopeOf(type.name, check);
    if (problems.length === 0) return;
    const issues = problems.map(({ path, message }) => ({
      code: 'custom' as const,
      path: [...path],
      message,
    }));
    const error = new z.ZodError(issues);
    throw schemaError(error, { code: 'SETTINGS_INVALID', subject, prefix: 'settings' });
  }

  /** Tags come into being when they are first put on an object. */
  #tags(names: readonly string[]): readonly Put[] {
    names.forEach((name, i) => {
      checkTag(name, `tags[${String(i)}]`);
    });
    return names.filter((name) => !this.staging.tag(name)).map((name) => this.#tag({ kind: 'tag', name }));
  }

  #tag({ name, description }: TagInput): Put {
    checkTag(name, 'name');
    checkDescription(description);
    const put = {
      name,
      ...(description !== undefined && { description }),
      ...this.#managed(this.staging.tag(name)),
    };
    return { kind: 'tag', put };
  }

  #task(input: TaskInput): Put {
    const id =
      input.id ?? freeId(slug(input.name ?? input.action), (taken) => this.staging.task(taken) !== undefined);
    checkId(id);
    checkName(input.name);
    checkDescription(input.description);
    const stored = this.staging.task(id);
    this.#target(input);
    const { name = id, description, enabled = true, deleteAfterRunning = false, action, target } = input;
    const put = {
      id,
      name,
      ...(description !== undefined && { description }),
      enabled,
      deleteAfterRunning,
      action,
      target,
      settings: this.#taskSettings(input, { id, stored }),
      spent: stored?.spent === true && deleteAfterRunning,
      ...this.#managed(stored),
    };
    return { kind: 'task', put };
  }

  #taskSettings(
    { action, target, settings }: TaskInput,
    { id, stored }: { readonly id: string; readonly stored: TaskRecord | undefined },
  ): JsonObject {
    const subject = `task ${id}`;
    const known = this.judges.registry.action(action);
    if (!known)
      throw new SignalboxError('ACTION_UNKNOWN', this.judges.registry.undeclared('action', action), {
        field: 'action',
      });
    const { input } = known.action;
    const moved = stored?.action !== action || !isDeepStrictEqual(stored.target, target);
    const restored = unmask(input, settings, stored?.settings);
    // Whoever may change tasks must not be able to send their secrets to a place of his choice.
    if (stored && moved && !isDeepStrictEqual(restored, settings)) throw secretsOfOther(subject);
    const checked = checkTaskSettings(input, restored, subject);
    const [problem] = checkTemplate(checked);
    if (!problem) return checked;
    const field = ['settings', problem.path].filter(Boolean).join('.');
    throw new SignalboxError('TEMPLATE_INVALID', `${subject}: ${field}: ${problem.message}`, { field });
  }

  #target({ action, target, enabled }: TaskInput): void {
    if ('tag' in target) {
      checkTag(target.tag, 'target.tag');
      return;
    }
    checkKey(target.object, 'target.object');
    // What was switched off because its object has gone can be written back as it is.
    if (enabled === false) return;
    const { type } = splitName(action);
    if (this.judges.registry.type(type) && !this.staging.object(type, target.object)) {
      throw missing(`there is no object ${type}/${target.object}`, 'target.object');
    }
  }

  #trigger(input: TriggerInput): Put {
    const wanted = `${input.task}-on-${slug(input.event)}`;
    const id = input.id ?? freeId(wanted, (taken) => this.staging.trigger(taken) !== undefined);
    checkId(id);
    this.#pattern(input);
    checkId(input.task, 'task');
    // As with the targets of tasks: what is switched off may name what is not there.
    if (input.enabled !== false && !this.staging.task(input.task))
      throw missing(`there is no task ${input.task}`, 'task');
    const filter = input.filter === undefined ? undefined : checkedFilter(input.filter);
    const put: TriggerRecord = {
      id,
      enabled: input.enabled ?? true,
      event: input.event,
      ...(input.object !== undefined && { object: input.object }),
      ...(input.tag !== undefined && { tag: input.tag }),
      ...(filter && { filter }),
      task: input.task,
      ...this.#managed(this.staging.trigger(id)),
    };
    return { kind: 'trigger', put };
  }

  #pattern({ event, object, tag, enabled }: TriggerInput): void {
    const known = this.judges.registry.event(event);
    if (!known)
      throw new SignalboxError('EVENT_TYPE_UNKNOWN', this.judges.registry.undeclared('event', event), {
        field: 'event',
      });
    const chosen = object !== undefined ? 'object' : 'tag';
    if (object !== undefined && tag !== undefined) {
      throw new SignalboxError('RESOURCE_INVALID', 'a trigger has an object or a tag, not both', {
        field: 'tag',
      });
    }
    if (known.type.instances === 'none' && (object ?? tag) !== undefined) {
      throw new SignalboxError('RESOURCE_INVALID', `${known.type.name} has no objects to choose`, {
        field: chosen,
      });
    }
    if (object !== undefined) {
      this.#checkObject(known.type.name, object);
      if (enabled !== false) this.#checkThere(known.type, object);
    }
    if (tag !== undefined) checkTag(tag, 'tag');
  }

  #checkObject(type: string, object: string): void {
    checkKey(object, 'object');
    if (!object.startsWith(`${type}/`) || this.staging.object(type, object)) return;
    const key = object.slice(type.length + 1);
    throw new SignalboxError('RESOURCE_INVALID', `object: write the key alone, "${key}"`, {
      field: 'object',
    });
  }

  /** Others may be told of by whoever sends events, or come into being by them; tasks are named by their own events. */
  #checkThere({ name, ingest, register, readyMade }: AnyObjectType, object: string): void {
    if (ingest !== false || register === true || name === taskType) return;
    if (this.staging.object(name, object)) return;
    // At the first start the file is read before they are put.
    if (this.managedBy === 'config' && readyMade?.some(({ key }) => key === object) === true) return;
    throw missing(`there is no ${name} ${object}`, 'object');
  }

  #type(name: string): AnyObjectType {
    const type = this.judges.registry.type(name);
    if (type) return type;
    throw new SignalboxError('OBJECT_TYPE_UNKNOWN', this.judges.registry.undeclared('object type', name), {
      field: 'type',
    });
  }

  #managed(stored: Parameters<typeof managed>[1]): Managed {
    return managed(this.managedBy, stored, this.now);
  }
}

type Managed = Pick<TriggerRecord, 'managedBy' | 'changedByHandAt' | 'createdAt' | 'updatedAt'>;

/** Who looks after what `by` writes. What a file declares stays the file's: a change by hand is noted beside it. */
export function managed(
  by: ManagedBy,
  stored: Pick<Managed, 'managedBy' | 'createdAt' | 'updatedAt'> | undefined,
  now: number,
): Managed {
  const createdAt = stored?.createdAt ?? now;
  const updatedAt = versionTime(now, stored);
  if (by === 'api' && stored?.managedBy === 'config')
    return { managedBy: 'config', changedByHandAt: now, createdAt, updatedAt };
  return { managedBy: by, createdAt, updatedAt };
}

function checkedFilter(filter: unknown): JsonObject {
  if (typeof filter !== 'object' || filter === null || Array.isArray(filter)) {
    throw new SignalboxError('FILTER_INVALID', 'filter: must be an object of conditions', {
      field: 'filter',
    });
  }
  const conditions = filter as Record<string, JsonValue>;
  compileFilter(conditions);
  return conditions;
}

function secretsOfOther(subject: string): SignalboxError {
  return new SignalboxError(
    'SETTINGS_INVALID',
    `${subject}: it acts on something else than before, so its secrets have to be given again instead of ${MASK}`,
    { field: 'target' },
  );
}

function missing(message: string, field: string): SignalboxError {
  return new SignalboxError('REFERENCE_MISSING', message, { field });
}

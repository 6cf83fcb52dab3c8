import { Injectable } from '@nestjs/common';
import { defaultPolicy } from '../../domain/retry-policy.ts';
import { schemaError } from '../../domain/schema-error.ts';
import { splitRef, type HoldReason, type ObjectRecord } from '../../domain/records.ts';
import type { ActionPolicy, AnyObjectType, ObjectView } from '../../sdk/index.ts';
import type { AnyAction } from '../../sdk/object-type.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import type { QueuedRun } from '../ports.ts';
import { createRedactor, secretValues } from '../redaction/redactor.ts';
import { ResourceIndex } from '../resources/resource-index.ts';
import { settingsSchema } from '../resources/settings-parser.ts';

/** A target, ready to be acted on. */
export interface PreparedTarget {
  readonly action: AnyAction;
  readonly view: ObjectView;
  readonly policy: ActionPolicy;
  /** Takes the target's secrets out of a text. */
  readonly redact: (text: string) => string;
}

/** Finds the action and the target of a run, or says why the run has to be held. */
@Injectable()
export class Preparation {
  // A record is replaced, never changed, so what was made of it stays true as long as the record lives.
  readonly #prepared = new WeakMap<ObjectRecord, Map<string, PreparedTarget>>();

  constructor(
    private readonly registry: PluginRegistry,
    private readonly index: ResourceIndex,
  ) {}

  prepare({ run }: QueuedRun): PreparedTarget | HoldReason {
    const { type, key } = splitRef(run.target);
    const known = this.registry.action(run.action);
    if (!known || !this.registry.available(type)) return 'plugin_unavailable';
    const object = this.index.object(type, key);
    if (!object) return 'target_missing';
    if (!object.enabled) return 'target_disabled';
    return this.#targetOf(object, { name: run.action, ...known });
  }

  /** Whether the reason for which a run was held has gone meanwhile. */
  isClear(reason: HoldReason, target: string): boolean {
    const { type, key } = splitRef(target);
    const object = this.index.object(type, key);
    switch (reason) {
      case 'plugin_unavailable':
        return this.registry.type(type) !== undefined && this.registry.available(type);
      case 'target_missing':
        return object !== undefined;
      case 'target_disabled':
        return object?.enabled === true;
      case 'outcome_unknown':
        return false;
    }
  }

  #targetOf(
    object: ObjectRecord,
    action: { name: string; type: AnyObjectType; action: AnyAction },
  ): PreparedTarget {
    let byAction = this.#prepared.get(object);
    if (!byAction) this.#prepared.set(object, (byAction = new Map<string, PreparedTarget>()));
    let target = byAction.get(action.name);
    if (!target) byAction.set(action.name, (target = makeTarget(object, action.type, action.action)));
    return target;
  }
}

function makeTarget(object: ObjectRecord, type: AnyObjectType, action: AnyAction): PreparedTarget {
  const { key, name, tags } = object;
  const schema = settingsSchema(type);
  const parsed = schema.safeParse(object.settings);
  if (!parsed.success) {
    const subject = `${type.name}/${key}`;
    throw schemaError(parsed.error, { code: 'SETTINGS_INVALID', subject, prefix: 'settings' });
  }
  const settings = parsed.data;
  // The settings have just been parsed by the schema that the policy was typed with.
  const chosen = (action.policy as ((settings: unknown) => Partial<ActionPolicy>) | undefined)?.(settings);
  return {
    action,
    view: { type: type.name, key, name, tags, settings },
    policy: { ...defaultPolicy, ...chosen },
    redact: createRedactor(secretValues(schema, object.settings)),
  };
}

import { actionPolicy } from '../../domain/retry-policy.ts';
import { schemaError } from '../../domain/schema-error.ts';
import type { ObjectRecord } from '../../domain/records.ts';
import type { ActionPolicy, AnyObjectType, ObjectView } from '../../sdk/index.ts';
import type { AnyAction } from '../../sdk/object-type.ts';
import { createRedactor, secretValues } from '../redaction/redactor.ts';
import { settingsSchema } from '../resources/settings-parser.ts';
import { deepFreeze } from '../deep-freeze.ts';

/** An object as its plugin is given it, secrets in clear. */
export interface TargetView {
  readonly view: ObjectView;
  /** Takes the target's secrets out of a text. */
  readonly redact: (text: string) => string;
}

/** Throws SETTINGS_INVALID when the settings do not fit the type any more. */
export function targetView(object: ObjectRecord, type: AnyObjectType): TargetView {
  const { key, name, tags, changedAt } = object;
  const schema = settingsSchema(type);
  const parsed = schema.safeParse(object.settings);
  if (!parsed.success) {
    const subject = `${type.name}/${key}`;
    throw schemaError(parsed.error, { code: 'SETTINGS_INVALID', subject, prefix: 'settings' });
  }
  return {
    view: deepFreeze({ type: type.name, key, name, tags, changedAt, settings: parsed.data }),
    redact: createRedactor(secretValues(schema, object.settings)),
  };
}

/** `settings` are those of a target, parsed by the schema that the action's policy was typed with. */
export function policyOf({ policy }: AnyAction, settings: unknown): ActionPolicy {
  return actionPolicy(policy?.(settings as never));
}

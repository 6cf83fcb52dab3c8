import { issueText } from '../../domain/issue-text.ts';
import { hasPlaceholder } from '../../domain/template.ts';
import { schemaError } from '../../domain/schema-error.ts';
import { SignalboxError } from '../../domain/errors.ts';
import { z, type AnyObjectType, type JsonObject } from '../../sdk/index.ts';

const noSettings = z.strictObject({});

/** The settings schema of a type; a misspelt key at its top level is an error, not silently dropped. */
export function settingsSchema(type: Pick<AnyObjectType, 'settings'>): z.ZodType {
  return strict(type.settings ?? noSettings);
}

/** Parses what people wrote as the settings of an object. */
export function parseSettings(schema: z.ZodType, value: unknown, subject: string): JsonObject {
  const result = schema.safeParse(value ?? {}, { error: issueText });
  if (!result.success)
    throw schemaError(result.error, { code: 'SETTINGS_INVALID', subject, prefix: 'settings' });
  return jsonObject(result.data, subject);
}

/**
 * Checks the settings of a task against the action's input schema as far as it can be known before the templates
 * are filled in: what a placeholder will provide is not judged yet.
 */
export function checkTaskSettings(schema: z.ZodType, value: unknown, subject: string): JsonObject {
  const settings = jsonObject(value ?? {}, subject);
  const result = strict(schema).safeParse(settings, { error: issueText });
  if (result.success) return settings;
  const issues = result.error.issues.filter((issue) => !leadsToPlaceholder(settings, issue.path));
  if (issues.length === 0) return settings;
  throw schemaError(new z.ZodError(issues), { code: 'SETTINGS_INVALID', subject, prefix: 'settings' });
}

const strictSchemas = new WeakMap<z.ZodType, z.ZodType>();

function strict(schema: z.ZodType): z.ZodType {
  let known = strictSchemas.get(schema);
  if (!known) {
    const plain = schema instanceof z.ZodObject && schema.def.catchall === undefined;
    // A schema that is derived with `strict` does not inherit its marks.
    known = plain ? schema.strict().meta(z.globalRegistry.get(schema) ?? {}) : schema;
    strictSchemas.set(schema, known);
  }
  return known;
}

function leadsToPlaceholder(settings: JsonObject, path: readonly PropertyKey[]): boolean {
  let value: unknown = settings;
  for (const part of path) {
    if (typeof value === 'string') break;
    value = (value as Record<PropertyKey, unknown> | null | undefined)?.[part];
  }
  return typeof value === 'string' && hasPlaceholder(value);
}

function jsonObject(value: unknown, subject: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new SignalboxError('SETTINGS_INVALID', `${subject}: settings must be an object`, {
    field: 'settings',
  });
}

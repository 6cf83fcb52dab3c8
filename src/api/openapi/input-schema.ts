import { getMetadataStorage } from 'class-validator';
import type { DtoClass } from '../validation/to-dto.ts';
import type { DescribedApi, DescribedField } from './described-api.ts';
import type { Schema } from './json-schema.ts';

type Constraint = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

/**
 * The schema of a class that bodies or queries are read into, from the very rules that they are checked by. What is optional, and the
 * words, come from the sources.
 */
export function inputSchema(Dto: DtoClass<object>, described: DescribedApi['inputs']): Schema {
  const { description, fields } = described[Dto.name] ?? { fields: {} };
  const rules = rulesOf(Dto);
  const defaults = new Dto() as Readonly<Record<string, unknown>>;
  const names = [...new Set([...Object.keys(fields), ...rules.keys()])];
  const properties = names.map((name) => {
    const field = fields[name] ?? {};
    const schema = fieldSchema(Dto, { field, rules: rules.get(name) ?? [] });
    return [name, { ...schema, ...(defaults[name] !== undefined && { default: defaults[name] }) }] as const;
  });
  const required = names.filter((name) => fields[name]?.optional !== true);
  return {
    type: 'object',
    ...(description !== undefined && { description }),
    properties: Object.fromEntries(properties),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

/** The same as a JSON merge patch: nothing is required, and null takes a field away. */
export function patchSchema({ properties = {}, required: _, ...schema }: Schema): Schema {
  const entries = Object.entries(properties).map(([name, { default: _default, ...field }]) => [
    name,
    nullable(field),
  ]);
  return { ...schema, properties: Object.fromEntries(entries) as Record<string, Schema> };
}

function rulesOf(Dto: DtoClass<object>): ReadonlyMap<string, readonly Constraint[]> {
  const storage = getMetadataStorage();
  return Map.groupBy(
    storage.getTargetValidationMetadatas(Dto, '', false, false),
    ({ propertyName }) => propertyName,
  );
}

interface Field {
  readonly field: DescribedField;
  readonly rules: readonly Constraint[];
}

function fieldSchema(Dto: DtoClass<object>, { field, rules }: Field): Schema {
  const own = rules
    .filter(({ each }) => !each)
    .reduce((schema, rule) => ({ ...schema, ...ruleSchema(rule, Dto) }), {});
  const each = rules.filter((rule) => rule.each);
  const items = each.reduce((schema, rule) => ({ ...schema, ...ruleSchema(rule, Dto) }), {});
  const schema: Schema = each.length > 0 ? { type: 'array', ...own, items } : own;
  const { description } = field;
  return {
    ...(field.nullable ? nullable(schema) : schema),
    ...(description !== undefined && { description }),
  };
}

function nullable({ type, enum: choices, ...schema }: Schema): Schema {
  if (type === undefined && choices === undefined) return schema;
  return {
    ...(type !== undefined && { type: [...[type].flat(), 'null'] }),
    ...(Array.isArray(choices) && { enum: [...(choices as unknown[]), null] }),
    ...schema,
  };
}

function ruleSchema(rule: Constraint, Dto: DtoClass<object>): Schema {
  // A field whose text is read into something else says what the text is.
  if (rule.context) return rule.context as Schema;
  // Rules without any have none, whatever its type says.
  const [first, second] = ((rule.constraints as unknown[] | undefined) ?? []) as readonly unknown[];
  const name = rule.name ?? rule.type;
  const words = vocabulary[name];
  if (!words) throw new Error(`${Dto.name}.${rule.propertyName}: "${name}" has no words in JSON Schema yet`);
  return words({ first, second, rule });
}

interface Words {
  readonly first: unknown;
  readonly second: unknown;
  readonly rule: Constraint;
}

/** What class-validator calls a rule, in the words of JSON Schema. */
const vocabulary: Readonly<Record<string, (words: Words) => Schema>> = {
  isString: () => ({ type: 'string' }),
  isBoolean: () => ({ type: 'boolean' }),
  isObject: () => ({ type: 'object' }),
  isInt: () => ({ type: 'integer' }),
  isArray: () => ({ type: 'array' }),
  isUuid: () => ({ type: 'string', format: 'uuid' }),
  isIn: ({ first }) => ({
    ...(typeof (first as unknown[])[0] === 'string' && { type: 'string' }),
    enum: first,
  }),
  min: ({ first }) => ({ minimum: first }),
  max: ({ first }) => ({ maximum: first }),
  isLength: ({ first, second }) => ({ minLength: first, ...(second !== undefined && { maxLength: second }) }),
  minLength: ({ first }) => ({ minLength: first }),
  maxLength: ({ first }) => ({ maxLength: first }),
  // Patterns of JSON Schema have no flags.
  matches: ({ first }) => (first instanceof RegExp && first.flags === '' ? { pattern: first.source } : {}),
  arrayMaxSize: ({ first }) => ({ maxItems: first }),
  arrayNotEmpty: () => ({ minItems: 1 }),
  arrayUnique: () => ({ uniqueItems: true }),
  isDefined: () => ({}),
  conditionalValidation: () => ({}),
  whitelistValidation: () => ({}),
  nestedValidation: () => ({}),
};

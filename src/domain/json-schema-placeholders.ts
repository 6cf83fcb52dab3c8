import type { JsonSchema } from './json-schema-definitions.ts';

/** `substitution`: `${env:…}` and `${file:…}`, for one value. `template`: any placeholder, also for lists and mappings. */
export type PlaceholderKind = 'substitution' | 'template';

/**
 * Lets a placeholder stand where the schema wants anything else than free text, since an editor sees the file before
 * it is filled in. The outermost value stays as it is.
 */
export function allowPlaceholders(schema: JsonSchema, kind: PlaceholderKind): JsonSchema {
  return mapInner(schema, (inner) => allowed(inner, kind));
}

function allowed(schema: JsonSchema, kind: PlaceholderKind): JsonSchema {
  const inner = mapInner(schema, (deeper) => allowed(deeper, kind));
  const union = inner.anyOf ?? inner.oneOf;
  if (union) {
    const fits = union.some((one) => isPlaceholder(one) || takesAnyText(one));
    return fits || !wantsPlaceholder(union, kind) ? inner : alternative(inner, kind);
  }
  return !takesAnyText(inner) && wantsPlaceholder([inner], kind) ? alternative(inner, kind) : inner;
}

/** Whether one placeholder can stand for the whole of it. A fixed word tells the forms of a value apart: it is written out. */
function wantsPlaceholder(forms: readonly JsonSchema[], kind: PlaceholderKind): boolean {
  const types = kind === 'template' ? [...scalars, 'object', 'array'] : scalars;
  return forms.some(({ type, enum: choices, const: fixed }) => {
    if (fixed !== undefined) return false;
    return choices !== undefined || (typeof type === 'string' && types.includes(type));
  });
}

const scalars = ['string', 'number', 'integer', 'boolean'];

function takesAnyText(schema: JsonSchema): boolean {
  const { type, const: fixed, enum: choices, pattern, format, minLength, maxLength } = schema;
  if (type !== 'string') return type === undefined && Object.keys(schema).length === 0;
  return (
    [fixed, choices, pattern, format, maxLength].every((one) => one === undefined) && (minLength ?? 0) <= 1
  );
}

function alternative(schema: JsonSchema, kind: PlaceholderKind): JsonSchema {
  const { title, description, default: fallback, ...rest } = schema;
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(fallback !== undefined && { default: fallback }),
    anyOf: [rest, { $ref: `#/$defs/${kind}` }],
  };
}

function isPlaceholder({ $ref }: JsonSchema): boolean {
  return $ref === '#/$defs/substitution' || $ref === '#/$defs/template';
}

type Map = (inner: JsonSchema) => JsonSchema;

/** A copy with every schema inside mapped. */
function mapInner(schema: JsonSchema, map: Map): JsonSchema {
  const { properties, patternProperties, $defs, anyOf, oneOf, allOf, items, additionalProperties } = schema;
  return {
    ...schema,
    ...(properties && { properties: mapValues(properties, map) }),
    ...(patternProperties && { patternProperties: mapValues(patternProperties, map) }),
    ...($defs && { $defs: mapValues($defs, map) }),
    ...(anyOf && { anyOf: anyOf.map(map) }),
    ...(oneOf && { oneOf: oneOf.map(map) }),
    ...(allOf && { allOf: allOf.map(map) }),
    ...(isSchema(items) && { items: map(items) }),
    ...(isSchema(additionalProperties) && { additionalProperties: map(additionalProperties) }),
  };
}

function mapValues(
  schemas: Readonly<Record<string, JsonSchema | boolean>>,
  map: Map,
): Readonly<Record<string, JsonSchema | boolean>> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, isSchema(schema) ? map(schema) : schema]),
  );
}

function isSchema(value: JsonSchema['items']): value is JsonSchema {
  return typeof value === 'object' && !Array.isArray(value);
}

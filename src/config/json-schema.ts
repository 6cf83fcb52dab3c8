import { settingsSchema } from '../kernel/resources/settings-parser.ts';
import { z, type AnyObjectType, type AnyPlugin } from '../sdk/index.ts';
import type { AnyAction } from '../sdk/object-type.ts';
import { configSchema } from './config-schema.ts';
import { Definitions, type JsonSchema } from '../domain/json-schema-definitions.ts';
import { allowPlaceholders } from '../domain/json-schema-placeholders.ts';

/** A plugin and how the configuration names it. */
export interface NamedPlugin {
  readonly use: string;
  readonly plugin: AnyPlugin;
}

/** The JSON Schema of the configuration file, for completion in editors; the plugins' settings included. */
export function configJsonSchema(plugins: readonly NamedPlugin[]): JsonSchema {
  const definitions = new Definitions();
  const types = plugins.flatMap(({ plugin }) => plugin.types);
  const document = allowPlaceholders(toJson(configSchema), 'substitution');
  const completed: Readonly<Record<string, (section: JsonSchema) => JsonSchema>> = {
    plugins: (section) => withPlugins(section, { plugins, definitions }),
    objects: (section) => withObjects(section, { types, definitions }),
    tasks: (section) => withTasks(section, { types, definitions }),
    triggers: (section) => withEvents(section, types),
  };
  const sections = Object.entries(document.properties ?? {}).map(
    ([name, section]) => [name, orNothing((completed[name] ?? same)(section as JsonSchema))] as const,
  );
  return { ...document, properties: Object.fromEntries(sections), $defs: definitions.all() };
}

function same(schema: JsonSchema): JsonSchema {
  return schema;
}

/** A section whose lines are all commented out is null. */
function orNothing(section: JsonSchema): JsonSchema {
  return section.type === 'object' || section.type === 'array'
    ? { ...section, type: [section.type, 'null'] }
    : section;
}

interface Plugins {
  readonly plugins: readonly NamedPlugin[];
  readonly definitions: Definitions;
}

interface Types {
  readonly types: readonly AnyObjectType[];
  readonly definitions: Definitions;
}

function withPlugins(section: JsonSchema, { plugins, definitions }: Plugins): JsonSchema {
  const names = plugins.map(({ use }) => use);
  const [bare, entry] = alternatives(section.items);
  const described = plugins.map(({ use, plugin }) => {
    const schema = settingsSchema(plugin);
    const settings = definitions.add(`plugin.${use}`, allowPlaceholders(toJson(schema), 'substitution'));
    return when('use', use, {
      properties: { settings },
      ...(needsSettings(schema) && { required: ['settings'] }),
    });
  });
  const item = {
    anyOf: [known(names, bare), { ...entry, ...withProperty(entry, 'use', known(names)), allOf: described }],
  };
  return { ...section, items: item };
}

function withObjects(section: JsonSchema, { types, definitions }: Types): JsonSchema {
  const [entry, nothing] = alternatives(section.additionalProperties);
  const patterns = types.map((type): readonly [string, JsonSchema] => {
    const schema = settingsSchema(type);
    const name = `${type.name}.settings`;
    const settings = definitions.add(name, allowPlaceholders(toJson(schema), 'substitution'));
    const object = {
      ...entry,
      ...withProperty(entry, 'settings', settings),
      title: type.label,
      ...described(type),
    };
    const full = needsSettings(schema)
      ? { ...object, required: ['settings'] }
      : { anyOf: [object, nothing ?? {}] };
    return [`^${type.name}/`, full];
  });
  return { ...section, patternProperties: Object.fromEntries(patterns) };
}

function withTasks(section: JsonSchema, { types, definitions }: Types): JsonSchema {
  const actions = types.flatMap((type) =>
    Object.entries(type.actions ?? {}).map(([name, action]) => ({ name: `${type.name}.${name}`, action })),
  );
  const task = section.additionalProperties as JsonSchema;
  const described = actions.map(({ name, action }) => taskOf(name, action, definitions));
  const names = known(actions.map(({ name }) => name));
  return {
    ...section,
    additionalProperties: { ...task, ...withProperty(task, 'action', names), allOf: described },
  };
}

function taskOf(name: string, action: AnyAction, definitions: Definitions): JsonSchema {
  const schema = settingsSchema({ settings: action.input });
  const settings = definitions.add(`${name}.input`, {
    title: action.label,
    ...described(action),
    ...allowPlaceholders(toJson(schema), 'template'),
  });
  return when('action', name, {
    properties: { settings },
    ...(needsSettings(schema) && { required: ['settings'] }),
  });
}

function withEvents(section: JsonSchema, types: readonly AnyObjectType[]): JsonSchema {
  const events = types.flatMap((type) =>
    Object.keys(type.events ?? {}).map((name) => `${type.name}.${name}`),
  );
  const trigger = section.additionalProperties as JsonSchema;
  return {
    ...section,
    additionalProperties: { ...trigger, ...withProperty(trigger, 'event', known(events)) },
  };
}

/** Offers the known names; others are fine, since a configuration may load plugins that are not known here. */
function known(names: readonly string[], other: JsonSchema = { type: 'string' }): JsonSchema {
  return names.length === 0 ? other : { anyOf: [{ enum: [...names] }, other] };
}

function when(property: string, value: string, then: JsonSchema): JsonSchema {
  return { if: { properties: { [property]: { const: value } }, required: [property] }, then };
}

function withProperty(schema: JsonSchema | undefined, name: string, wanted: JsonSchema): JsonSchema {
  const old = schema?.properties?.[name];
  const description = typeof old === 'object' ? old.description : undefined;
  return {
    properties: {
      ...schema?.properties,
      [name]: { ...(description !== undefined && { description }), ...wanted },
    },
  };
}

function alternatives(schema: unknown): readonly JsonSchema[] {
  return (schema as JsonSchema).anyOf ?? [];
}

function described({ description }: { readonly description?: string }): JsonSchema {
  return description === undefined ? {} : { description };
}

function needsSettings(schema: z.ZodType): boolean {
  return !schema.safeParse({}).success;
}

function toJson(schema: z.ZodType): JsonSchema {
  // Checks that JSON Schema has no words for are left to the server.
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
}

import { Definitions } from '../../domain/json-schema-definitions.ts';
import { allowPlaceholders } from '../../domain/json-schema-placeholders.ts';
import { settingsSchema } from '../../kernel/resources/settings-parser.ts';
import { z, type AnyObjectType } from '../../sdk/index.ts';
import type { AnyAction } from '../../sdk/object-type.ts';
import { schemaRef, type Schema } from './json-schema.ts';

/** An action with its full name: `webhook.send`. */
interface NamedAction {
  readonly name: string;
  readonly action: AnyAction;
}

/** The schemas of what plugins declare: `webhook.settings`, `webhook.send.input`, `vm.power_on.data`. */
export class PluginSchemas {
  readonly #definitions = new Definitions('#/components/schemas/');
  readonly #types: readonly AnyObjectType[];

  constructor(types: Iterable<AnyObjectType>) {
    this.#types = [...types].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  all(): Readonly<Record<string, Schema>> {
    // Files may be named where values stand in the configuration; here values are sent.
    const { substitution: _, ...schemas } = this.#definitions.all();
    return schemas as Record<string, Schema>;
  }

  /** Settings of an object whose type the path says: those of any type. */
  settings(): Schema {
    const known = this.#types
      .filter(({ instances }) => instances !== 'none')
      .map((type) => this.settingsOf(type));
    return known.length === 0 ? { type: 'object' } : { type: 'object', anyOf: known };
  }

  settingsOf(type: AnyObjectType): Schema {
    return this.#add(`${type.name}.settings`, {
      title: `Settings: ${type.label}`,
      ...described(type),
      ...toJson(settingsSchema(type)),
    });
  }

  /** The objects of a configuration, by `<type>/<key>`; null is one that is as it comes. */
  objectsByRef(fields: Schema): Schema {
    const patterns = this.#types.map((type) => {
      const object = withFields(fields, { settings: this.settingsOf(type) });
      return [`^${type.name}/`, { ...object, type: ['object', 'null'] }] as const;
    });
    return { type: 'object', patternProperties: Object.fromEntries(patterns) };
  }

  /** A task as it is written: its action says what its settings are. */
  tasks(name: string, fields: Schema): Readonly<Record<string, Schema>> {
    const actions = this.#types.flatMap((type) =>
      Object.entries(type.actions ?? {}).map(([action, declared]) => ({
        name: `${type.name}.${action}`,
        action: declared,
      })),
    );
    return union({ name, by: 'action', description: fields.description }, actions, (action) =>
      this.#task(action, fields),
    );
  }

  /** An event as it is sent in: its type says what its data are. */
  events(name: string, fields: Schema): Readonly<Record<string, Schema>> {
    return union(
      { name, by: 'type', description: fields.description },
      this.#events(),
      ({ type, name: event, data }) => {
        const described = this.#add(`${event}.data`, toJson(data));
        const needed = !data.safeParse({}).success;
        return {
          ...withFields(fields, { type: { const: event }, data: described }),
          title: `${type.label}: ${event}`,
          required: ['type', ...(needed ? ['data'] : [])],
        };
      },
    );
  }

  /** Names of the events that other systems may send in. */
  get eventNames(): readonly string[] {
    return this.#events().map(({ name }) => name);
  }

  #events(): readonly { readonly type: AnyObjectType; readonly name: string; readonly data: z.ZodType }[] {
    return this.#types
      .filter(({ ingest }) => ingest !== false)
      .flatMap((type) =>
        Object.entries(type.events ?? {}).map(([event, data]) => ({
          type,
          name: `${type.name}.${event}`,
          data,
        })),
      );
  }

  #task({ name, action }: NamedAction, fields: Schema): Schema {
    const input = settingsSchema({ settings: action.input });
    const settings = this.#add(`${name}.input`, {
      title: action.label,
      ...described(action),
      ...(allowPlaceholders(toJson(input), 'template') as Schema),
    });
    const required = [...(fields.required ?? []), ...(input.safeParse({}).success ? [] : ['settings'])];
    return { ...withFields(fields, { action: { const: name }, settings }), title: action.label, required };
  }

  #add(name: string, schema: Schema): Schema {
    return this.#definitions.add(name, schema) as Schema;
  }
}

interface Choice {
  readonly name: string;
  /** The property that tells the choices apart. */
  readonly by: string;
  readonly description: string | undefined;
}

function union<T extends { readonly name: string }>(
  { name, by, description }: Choice,
  members: readonly T[],
  schemaOf: (member: T) => Schema,
): Readonly<Record<string, Schema>> {
  const refs = members.map((member) => [member.name, schemaRef(`${name}.${member.name}`)] as const);
  const whole: Schema = {
    type: 'object',
    ...(description !== undefined && { description }),
    ...(refs.length > 0 && {
      oneOf: refs.map(([, ref]) => ref),
      discriminator: {
        propertyName: by,
        mapping: Object.fromEntries(refs.map(([member, { $ref }]) => [member, $ref])),
      },
    }),
  };
  return {
    [name]: whole,
    ...Object.fromEntries(members.map((member) => [`${name}.${member.name}`, schemaOf(member)])),
  };
}

/** The schema with some of its fields made narrower; what is said of a field goes on being said. */
export function withFields(schema: Schema, fields: Readonly<Record<string, Schema>>): Schema {
  const narrowed = Object.entries(fields).map(([name, field]) => {
    const description = schema.properties?.[name]?.description;
    return [name, { ...(description !== undefined && { description }), ...field }] as const;
  });
  return { ...schema, properties: { ...schema.properties, ...Object.fromEntries(narrowed) } };
}

function described({ description }: { readonly description?: string }): Schema {
  return description === undefined ? {} : { description };
}

/** What people write, not what it is parsed to. Checks that JSON Schema has no words for are left to the server. */
function toJson(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', override: asAnyOf }) as Schema;
}

/** Zod takes the first member that fits; the others may fit, too. */
function asAnyOf({ jsonSchema }: { readonly jsonSchema: { oneOf?: unknown; anyOf?: unknown } }): void {
  if (jsonSchema.oneOf === undefined) return;
  jsonSchema.anyOf = jsonSchema.oneOf;
  delete jsonSchema.oneOf;
}

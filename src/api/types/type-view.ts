import { z, type AnyObjectType } from '../../sdk/index.ts';

/** A JSON Schema, draft 2020-12. A secret field has `"writeOnly": true`. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface TypeView {
  readonly name: string;
  readonly label: string;
  readonly description?: string;
  /** Name of the plugin that declares it. */
  readonly plugin: string;
  /** False while the plugin is down. */
  readonly available: boolean;
  /** Whether its events name an object: `required`, `optional`, or `none` for a type that has no objects. */
  readonly instances: 'required' | 'optional' | 'none';
  /** Of the settings of its objects. */
  readonly settings: JsonSchema;
  /** What happens to its objects, with the schema of the data. */
  readonly events: readonly { readonly name: string; readonly data: JsonSchema }[];
  /** What can be done to its objects, with the schema of a task's settings. */
  readonly actions: readonly ActionView[];
  /** Whether its objects are inbound endpoints, `POST /api/ingest/<key>`. */
  readonly inbound: boolean;
  /** Whether its objects can be tried out. */
  readonly testable: boolean;
}

export interface ActionView {
  readonly name: string;
  readonly label: string;
  readonly description?: string;
  /** Whether it is repeated after an unknown outcome. */
  readonly idempotent: boolean;
  readonly input: JsonSchema;
}

type DeclaredView = Omit<TypeView, 'plugin' | 'available'>;

/** What a type declares does not change while it is loaded, and its schemas take a while to translate. */
const declared = new WeakMap<AnyObjectType, DeclaredView>();

export function typeView(
  type: AnyObjectType,
  { plugin, available }: { readonly plugin: string; readonly available: boolean },
): TypeView {
  let view = declared.get(type);
  if (!view) declared.set(type, (view = declaredView(type)));
  return { ...view, plugin, available };
}

function declaredView(type: AnyObjectType): DeclaredView {
  return {
    name: type.name,
    label: type.label,
    ...(type.description !== undefined && { description: type.description }),
    instances: type.instances ?? 'optional',
    settings: jsonSchema(type.settings ?? z.strictObject({})),
    events: Object.entries(type.events ?? {}).map(([name, schema]) => ({
      name: `${type.name}.${name}`,
      data: jsonSchema(schema),
    })),
    actions: Object.entries(type.actions ?? {}).map(([name, action]) => ({
      name: `${type.name}.${name}`,
      label: action.label,
      ...(action.description !== undefined && { description: action.description }),
      idempotent: action.idempotent,
      input: jsonSchema(action.input),
    })),
    inbound: type.inbound !== undefined,
    testable: type.test !== undefined,
  };
}

/** The schema of what people write, not of what it is parsed to. */
function jsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
}

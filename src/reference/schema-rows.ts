/** A JSON Schema, as far as tables show it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
  readonly default?: unknown;
  readonly description?: string;
  readonly writeOnly?: boolean;
}

/** A field that may be written, wherever it lies: `auth.token`, `headers[].name`. */
export interface SchemaRow {
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  readonly default?: unknown;
  readonly description: string;
  readonly secret: boolean;
  /** It is there with these values of another field only: `type: bearer`. */
  readonly only?: readonly string[];
}

/** Deeper ones are told by the type of what they lie in. */
const deepest = 4;

/** What a schema says of each of its fields, those within them included. */
export class SchemaRows {
  constructor(private readonly root: JsonSchema) {}

  rows(): readonly SchemaRow[] {
    return this.#fields(this.root, '', 0);
  }

  #fields(unresolved: JsonSchema, path: string, depth: number): readonly SchemaRow[] {
    const schema = this.#resolve(unresolved);
    if (depth > deepest) return [];
    const own = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
      const required = schema.required?.includes(name) === true && this.#resolve(field).default === undefined;
      return this.#field(field, { path: path === '' ? name : `${path}.${name}`, required, depth });
    });
    const others = alternatives(schema).flatMap((one) => this.#alternative(one, path, depth));
    return merged([...own, ...others]);
  }

  /** The fields of one of several mappings that a field tells apart, such as `type`. */
  #alternative(one: JsonSchema, path: string, depth: number): readonly SchemaRow[] {
    const rows = this.#fields(one, path, depth);
    const [told, teller] =
      Object.entries(this.#resolve(one).properties ?? {}).find(([, field]) => field.const !== undefined) ??
      [];
    if (told === undefined || teller === undefined) return rows;
    const own = path === '' ? told : `${path}.${told}`;
    return rows.map((row) =>
      row.path === own ? row : { ...row, only: [`${told}: ${String(teller.const)}`] },
    );
  }

  #field(
    unresolved: JsonSchema,
    { path, required, depth }: { readonly path: string; readonly required: boolean; readonly depth: number },
  ): readonly SchemaRow[] {
    const schema = this.#resolve(unresolved);
    const row: SchemaRow = {
      path,
      type: this.type(schema),
      required,
      ...(schema.default !== undefined && { default: schema.default }),
      description: schema.description ?? '',
      secret: schema.writeOnly === true,
    };
    return [row, ...this.#within(schema, path, depth + 1)];
  }

  #within(schema: JsonSchema, path: string, depth: number): readonly SchemaRow[] {
    const lists = [schema, ...alternatives(schema)].map((one) => this.#resolve(one));
    const items = lists.flatMap(({ items }) => (items ? this.#fields(items, `${path}[]`, depth) : []));
    const values = lists.flatMap(({ additionalProperties: values }) =>
      typeof values === 'object' ? this.#fields(values, `${path}.*`, depth) : [],
    );
    return merged([...this.#fields(schema, path, depth), ...items, ...values]);
  }

  /** In words: `integer, 3 to 120`, `"POST" or "PUT"`, `list of texts`. */
  type(unresolved: JsonSchema): string {
    if (this.#holdsItself(unresolved)) return 'any JSON';
    const schema = this.#resolve(unresolved);
    if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
    if (schema.enum) return either(schema.enum.map((value) => `\`${JSON.stringify(value)}\``));
    const others = alternatives(schema);
    if (others.length > 0) return either(others.map((one) => this.type(one)));
    if (Array.isArray(schema.type))
      return either(schema.type.map((type: string) => this.type({ ...schema, type })));
    if (schema.type === 'array') return `list${schema.items ? ` of ${this.type(schema.items)}` : ''}`;
    return plainType(schema);
  }

  /** As the schema of JSON does. */
  #holdsItself({ $ref }: JsonSchema): boolean {
    const found = $ref === undefined ? undefined : this.root.$defs?.[$ref.replace('#/$defs/', '')];
    return found !== undefined && JSON.stringify(found).includes(JSON.stringify($ref));
  }

  #resolve(schema: JsonSchema): JsonSchema {
    const [only, ...more] = schema.allOf ?? [];
    if (only && more.length === 0) return { ...this.#resolve(only), ...schema };
    if (schema.$ref === undefined) return schema;
    if (schema.$ref === '#') return this.root;
    const found = this.root.$defs?.[schema.$ref.replace('#/$defs/', '')];
    return found ? { ...this.#resolve(found), ...schema, $ref: undefined as never } : {};
  }
}

function alternatives({ anyOf, oneOf }: JsonSchema): readonly JsonSchema[] {
  return anyOf ?? oneOf ?? [];
}

function plainType({ type, format, minimum, maximum }: JsonSchema): string {
  if (type === 'integer' || type === 'number') return `${type}${range(minimum, maximum)}`;
  if (type === 'string') return format === undefined ? 'text' : `text (${format})`;
  if (type === 'object') return 'mapping';
  return typeof type === 'string' ? type : 'anything';
}

function range(minimum: number | undefined, maximum: number | undefined): string {
  const least = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (least !== undefined && most !== undefined)
    return `, ${least.toLocaleString('en')} to ${most.toLocaleString('en')}`;
  if (least !== undefined) return `, ${least.toLocaleString('en')} or more`;
  return most === undefined ? '' : `, at most ${most.toLocaleString('en')}`;
}

function either(types: readonly string[]): string {
  const different = [...new Set(types)].filter((type) => type !== 'null');
  return different.length === 0 ? 'null' : different.join(' or ');
}

/** The same field of several alternatives is one row: what it may be is what any of them lets it be. */
function merged(rows: readonly SchemaRow[]): readonly SchemaRow[] {
  const byPath = Map.groupBy(rows, ({ path }) => path);
  return Array.from(byPath.values(), ([first, ...others]) => {
    if (!first) throw new Error('a group without rows');
    return {
      ...first,
      type: either([first, ...others].map(({ type }) => type)),
      required: [first, ...others].every(({ required }) => required),
      description: [first, ...others].find(({ description }) => description !== '')?.description ?? '',
      secret: [first, ...others].some(({ secret }) => secret),
      ...(first.only && { only: [first, ...others].flatMap(({ only = [] }) => only) }),
    };
  });
}

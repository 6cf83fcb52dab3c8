type Inner = JsonSchema | boolean;
type InnerMap = Readonly<Record<string, Inner>> | undefined;
type InnerList = readonly JsonSchema[] | undefined;

/** The keywords of JSON Schema that are worked with here, besides any others. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly $ref?: string | undefined;
  readonly $defs?: InnerMap;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly type?: string | readonly string[] | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly minLength?: number | undefined;
  readonly properties?: InnerMap;
  readonly patternProperties?: InnerMap;
  readonly additionalProperties?: Inner | undefined;
  readonly items?: Inner | readonly Inner[] | undefined;
  readonly anyOf?: InnerList;
  readonly oneOf?: InnerList;
  readonly allOf?: InnerList;
}

/** What stands in for a number, say, until it is filled in. */
const placeholders: Readonly<Record<string, JsonSchema>> = {
  substitution: {
    title: 'Value from outside',
    description: '${env:NAME}, ${env:NAME:-default} or ${file:PATH}',
    type: 'string',
    pattern: '\\$\\{(env|file):',
  },
  template: {
    title: 'Placeholder',
    description:
      '${NAME}, ${DATE}, ${TIMESTAMP}, ${RANDOM}, ${event.…}, ${object.…}, ${run.id}, ${task.…} or ${env:NAME}',
    type: 'string',
    pattern: '\\$\\{',
  },
};

/** Gathers schemas that were made apart from each other in one document: in its `$defs`, or wherever `base` points to. */
export class Definitions {
  readonly #definitions = new Map<string, JsonSchema>(Object.entries(placeholders));

  constructor(private readonly base = '#/$defs/') {}

  /** Adds a document with its own `$defs`; returns the reference to it. */
  add(name: string, { $schema: _, $defs = {}, ...schema }: JsonSchema): JsonSchema {
    const rename = (ref: string): string => {
      if (ref === '#') return `${this.base}${name}`;
      const own = /^#\/\$defs\/(.+)$/.exec(ref)?.[1];
      if (own === undefined) return ref;
      return own in $defs ? `${this.base}${name}.${own}` : `${this.base}${own}`;
    };
    for (const [own, definition] of Object.entries($defs)) {
      this.#definitions.set(`${name}.${own}`, tidy(definition, rename) as JsonSchema);
    }
    this.#definitions.set(name, tidy(schema, rename) as JsonSchema);
    return { $ref: `${this.base}${name}` };
  }

  all(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#definitions].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** Keywords whose content is no schema. */
const values = ['default', 'const', 'enum', 'examples'];
/** Keywords whose content is schemas by names, which may be those of keywords. */
const maps = ['properties', 'patternProperties', '$defs'];

/** Renames references, and leaves out what says nothing to an editor. */
function tidy(value: unknown, rename: (ref: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => tidy(item, rename));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, inner]) => !isNoise(key, inner));
  return Object.fromEntries(
    entries.map(([key, inner]) => {
      if (values.includes(key)) return [key, inner];
      if (maps.includes(key)) return [key, tidyMap(inner as object, rename)];
      return [key, key === '$ref' && typeof inner === 'string' ? rename(inner) : tidy(inner, rename)];
    }),
  );
}

function tidyMap(schemas: object, rename: (ref: string) => string): unknown {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, tidy(schema, rename)]));
}

function isNoise(key: string, value: unknown): boolean {
  const isSafeBound =
    (key === 'minimum' || key === 'maximum') && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER;
  // What the kernel reads of a schema, not an editor.
  const isMark = ['secret', 'endpoint', 'destination'].includes(key) && value === true;
  return isSafeBound || isMark || (key === 'filling' && typeof value === 'string');
}

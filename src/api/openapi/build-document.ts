import type { INestApplication, Type } from '@nestjs/common';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { AnyObjectType } from '../../sdk/index.ts';
import { NewCollectionObjectDto } from '../collections/collection.dto.ts';
import { NewObjectDto, ObjectBodyDto } from '../objects/object-body.dto.ts';
import { TagBodyDto } from '../tags/tag-body.dto.ts';
import { NewTaskDto, TaskBodyDto } from '../tasks/task-body.dto.ts';
import { TriggerBodyDto } from '../triggers/trigger-body.dto.ts';
import type { DtoClass } from '../validation/to-dto.ts';
import { declaredHandlers } from './declared-handlers.ts';
import type { DescribedApi } from './described-api.ts';
import { eventSchemas } from './event-schemas.ts';
import { inputSchema, patchSchema } from './input-schema.ts';
import { schemaRef, type Schema } from './json-schema.ts';
import { operation, viewQuery, type OperationContext } from './operation.ts';
import { PluginSchemas, withFields } from './plugin-schemas.ts';
import { ProblemResponses } from './problems.ts';
import { securitySchemes } from './security.ts';
import { collectionRoute, viewRoute } from './type-routes.ts';

export interface DocumentSources {
  readonly app: INestApplication;
  readonly types: readonly AnyObjectType[];
  readonly described: DescribedApi;
  readonly version: string;
}

/**
 * The OpenAPI 3.1 document of a running server. @nestjs/swagger finds the routes; what they take and give comes from what
 * judges it at run time and from the TypeScript types (docs/decisions/0012-openapi-from-the-code.md).
 */
export function buildDocument({ app, types, described, version }: DocumentSources): OpenAPIObject {
  const skeleton = SwaggerModule.createDocument(app, { ...head(described, version), components: {} });
  const schemas = new Bodies(types, described);
  const problems = new ProblemResponses();
  const context: OperationContext = {
    described,
    problems,
    bodyName: (Dto, kind) => schemas.name(Dto, kind),
    typeRoute: (handler) =>
      viewRoute(handler, { types, viewQuery }) ??
      collectionRoute(handler, { types, bodyName: (Dto, kind, type) => schemas.nameFor(Dto, kind, type) }),
  };
  const handlers = new Map(
    declaredHandlers(app).map((handler) => [
      `${handler.method.toLowerCase()} ${handler.path.replace(/\/:(\w+)/g, '/{$1}')}`,
      handler,
    ]),
  );
  const paths = Object.entries(skeleton.paths).map(([path, item]) => {
    const operations = Object.keys(item).map((method) => {
      const handler = handlers.get(`${method} ${path}`);
      if (!handler) throw new Error(`${method} ${path}: Nest does not know its own route`);
      return [method, operation(handler, context)] as const;
    });
    return [path, Object.fromEntries(operations)] as const;
  });
  const components = {
    schemas: sorted({ ...described.schemas, ...schemas.all() }),
    responses: problems.all(),
    headers,
    parameters,
    securitySchemes,
  };
  return {
    ...skeleton,
    paths: sorted(Object.fromEntries(paths)),
    components: reachable(components, paths),
  } as OpenAPIObject;
}

/** The schemas of bodies; those of objects, tasks and events know what the plugins declare. */
class Bodies {
  readonly #plugins: PluginSchemas;
  readonly #schemas: Record<string, Schema> = {};

  constructor(
    types: readonly AnyObjectType[],
    private readonly described: DescribedApi,
  ) {
    this.#plugins = new PluginSchemas(types);
    Object.assign(this.#schemas, eventSchemas(this.#plugins), this.#configuration());
  }

  name(Dto: DtoClass<object>, kind: 'body' | 'patch'): string {
    const body = Dto.name.replace(/Dto$/, '');
    const name = kind === 'body' ? body : `${body.replace(/Body$/, '')}Patch`;
    if (!(name in this.#schemas)) Object.assign(this.#schemas, this.#make(name, Dto, kind));
    return name;
  }

  /** The same for a body whose object has this type. */
  nameFor(Dto: DtoClass<object>, kind: 'body' | 'patch', type: AnyObjectType): string | undefined {
    if (kind === 'patch' || !objects.includes(Dto)) return undefined;
    const name = `${type.name}.${Dto.name.replace(/Dto$/, '')}`;
    const plain = inputSchema(Dto, this.described.inputs);
    this.#schemas[name] = withFields(plain, { settings: this.#plugins.settingsOf(type) });
    return name;
  }

  all(): Readonly<Record<string, Schema>> {
    return { ...this.#schemas, ...this.#plugins.all() };
  }

  /** What `/api/config` is sent: the sections of the configuration file that it looks at. */
  #configuration(): Readonly<Record<string, Schema>> {
    const byName = (entry: Schema): Schema => ({ type: 'object', additionalProperties: entry });
    const object = inputSchema(ObjectBodyDto, this.described.inputs);
    const document: Schema = {
      description:
        'The sections of the configuration file that say what there is to be; the others are not looked at.',
      type: 'object',
      properties: {
        tags: byName({ anyOf: [schemaRef(this.name(TagBodyDto, 'body')), { type: ['string', 'null'] }] }),
        objects: this.#plugins.objectsByRef(object),
        tasks: byName(schemaRef(this.name(TaskBodyDto, 'body'))),
        triggers: byName(schemaRef(this.name(TriggerBodyDto, 'body'))),
      },
    };
    const {
      event: _,
      object: __,
      ...fields
    } = inputSchema(TriggerBodyDto, this.described.inputs).properties ?? {};
    // The object is called as its type is: `schedule`; event triggers name their event.
    const trigger: Schema = {
      type: 'object',
      properties: { ...fields, event: { type: 'string' }, object: { type: 'string' } },
      required: ['task'],
      additionalProperties: { type: 'string' },
    };
    return {
      ConfigDocument: document,
      CollectionTrigger: trigger,
      NewCollectionTrigger: withFields(trigger, { id: { type: 'string' } }),
    };
  }

  #make(name: string, Dto: DtoClass<object>, kind: 'body' | 'patch'): Readonly<Record<string, Schema>> {
    const plain = inputSchema(Dto, this.described.inputs);
    if (kind === 'patch') return { [name]: patchSchema(plain) };
    if (tasks.includes(Dto)) return this.#plugins.tasks(name, plain);
    if (objects.includes(Dto)) return { [name]: withFields(plain, { settings: this.#plugins.settings() }) };
    return { [name]: plain };
  }
}

const tasks: readonly Type[] = [TaskBodyDto, NewTaskDto];
const objects: readonly Type[] = [ObjectBodyDto, NewObjectDto, NewCollectionObjectDto];

const parameters = {
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    description: 'Only if the resource has one of these tags (`*`: if it is there); else 412.',
    schema: { type: 'string' },
  },
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description: 'Only if the resource has none of these tags (`*`: if it is not there); else 412.',
    schema: { type: 'string' },
  },
};

const headers = {
  ETag: { description: 'Stands for what is configured of the resource.', schema: { type: 'string' } },
  RequestId: {
    description: "The request's own `x-request-id`, if it sent one, or a new one; it stands in the log.",
    schema: { type: 'string' },
  },
  Location: { description: 'Path of what has come into being.', schema: { type: 'string' } },
};

function head({ tags }: DescribedApi, version: string): Omit<OpenAPIObject, 'paths'> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Signalbox',
      description:
        'Events in, tasks out. Every route under `/api` wants a token or a session; errors are problems (RFC 9457) with stable codes. Times are RFC 3339.',
      version,
      contact: { name: 'Signalbox' },
      license: { name: 'MIT', identifier: 'MIT' } as OpenAPIObject['info']['license'] & object,
    },
    servers: [{ url: '/', description: 'The server that gives this document.' }],
    tags: [...tags],
  };
}

/** Without the schemas that nothing points to, such as those of types that are shown in parts only. */
function reachable<
  C extends { readonly schemas: Readonly<Record<string, Schema>>; readonly responses: object },
>(components: C, paths: unknown): C {
  const used = new Set<string>();
  const follow = (value: unknown): void => {
    for (const [, name = ''] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      follow(components.schemas[name] ?? {});
    }
  };
  follow([paths, components.responses]);
  const kept = Object.entries(components.schemas).filter(([name]) => used.has(name));
  return { ...components, schemas: Object.fromEntries(kept) };
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

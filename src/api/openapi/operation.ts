import type { ErrorCode } from '../../domain/errors.ts';
import { z } from '../../sdk/index.ts';
import { mediaTypes } from '../http/media-types.ts';
import { isTagged } from '../resources/entity-tag.ts';
import type { DtoClass } from '../validation/to-dto.ts';
import type { DeclaredHandler } from './declared-handlers.ts';
import type { DescribedApi, DescribedExample, DescribedRoute } from './described-api.ts';
import { eventContent, eventHeaders } from './event-schemas.ts';
import { inputSchema } from './input-schema.ts';
import { schemaRef, type Schema } from './json-schema.ts';
import type { ProblemResponses } from './problems.ts';
import { refusals, scopeOf, scopeText, securityOf } from './security.ts';
import type { TypeRoute } from './type-routes.ts';

export interface OperationContext {
  readonly described: DescribedApi;
  readonly problems: ProblemResponses;
  /** Name of the schema of a class that bodies are read into. */
  readonly bodyName: (Dto: DtoClass<object>, kind: 'body' | 'patch') => string;
  /** What the route has to do with an object type, if it was made for one. */
  readonly typeRoute: (handler: DeclaredHandler) => TypeRoute | undefined;
}

/** One route, as OpenAPI describes it. */
export function operation(handler: DeclaredHandler, context: OperationContext): object {
  const made = context.typeRoute(handler);
  const route = context.described.routes[`${handler.method} ${handler.path}`];
  const text = [scopeText(handler), route?.description ?? made?.description].filter(
    (part) => part !== undefined,
  );
  const body = bodyOf(handler, context, made);
  const examples = route?.examples ?? [];
  return {
    operationId: made?.operationId ?? operationId(handler.name),
    summary: made?.summary ?? handler.docs?.summary ?? '',
    description: text.join('\n\n'),
    tags: [route?.tag ?? made?.tag ?? 'Objects'],
    security: securityOf(handler),
    ...scopeOf(handler),
    ...listed('parameters', [
      ...pathParameters(handler.path),
      ...queryParameters(handler, context),
      ...(made?.query ? fieldParameters(made.query) : []),
      ...(handler.docs?.bodySchema === 'events' ? eventHeaders : []),
      ...conditionParameters(handler),
    ]),
    ...(body && { requestBody: { ...body, content: withExamples(body.content, examples) } }),
    responses: {
      ...answers(handler, { context, examples, route }),
      ...context.problems.of(errorsOf(handler, body !== undefined)),
    },
  };
}

/** `TasksController.list` → `tasksList` */
function operationId(name: string): string {
  const [controller = '', handler = ''] = name.split('.');
  const subject = controller.replace(/Controller$/, '');
  return `${subject.charAt(0).toLowerCase()}${subject.slice(1)}${handler.charAt(0).toUpperCase()}${handler.slice(1)}`;
}

function listed(name: string, items: readonly unknown[]): object {
  return items.length > 0 ? { [name]: items } : {};
}

const parameterTexts: Readonly<Record<string, string>> = {
  type: 'Name of an object type, one of those that `GET /api/types` lists.',
  key: 'Key of the object. A slash in it is written `%2F`.',
  category: 'First half of the name of the tag.',
  file: 'One of the files of the page.',
};

function pathParameters(path: string): readonly object[] {
  const resource = /^\/api\/([\w-]+?)s?(?:\/|$)/.exec(path)?.[1] ?? 'resource';
  return Array.from(path.matchAll(/\/:(\w+)/g), ([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: parameterTexts[name] ?? `The ${name} of the ${resource}.`,
    schema: { type: 'string' },
  }));
}

function queryParameters({ query }: DeclaredHandler, { described }: OperationContext): readonly object[] {
  return query ? fieldParameters(inputSchema(query as DtoClass<object>, described.inputs)) : [];
}

/** Those who change one resource may say which they have seen. */
function conditionParameters(handler: DeclaredHandler): readonly object[] {
  if (!isConditional(handler)) return [];
  return ['IfMatch', 'IfNoneMatch'].map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

function isConditional({ controller, method }: DeclaredHandler): boolean {
  return isTagged(controller) && ['PUT', 'PATCH', 'DELETE'].includes(method);
}

function fieldParameters({ properties = {}, required = [] }: Schema): readonly object[] {
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }));
}

interface Body {
  readonly description?: string;
  readonly required: boolean;
  readonly content: Readonly<Record<string, object>>;
}

function bodyOf(
  { docs, body }: DeclaredHandler,
  { bodyName }: OperationContext,
  made: TypeRoute | undefined,
): Body | undefined {
  if (docs?.bodySchema === 'events') return { required: true, content: eventContent };
  if (docs?.bodySchema === 'anything')
    return {
      description: 'Whatever the other system posts.',
      required: false,
      content: { '*/*': { schema: {} } },
    };
  const json = (name: string): object => ({ schema: schemaRef(name) });
  if (docs?.bodySchema !== undefined)
    return { required: true, content: { [mediaTypes.json]: json(docs.bodySchema) } };
  const own = (Dto: DtoClass<object>, kind: 'body' | 'patch'): object =>
    json(made?.bodyName(Dto, kind) ?? bodyName(Dto, kind));
  if (docs?.patches) {
    const patch = own(docs.patches, 'patch');
    return { required: true, content: { [mediaTypes.mergePatch]: patch, [mediaTypes.json]: patch } };
  }
  const Dto = (docs?.body ?? body) as DtoClass<object> | undefined;
  return Dto && { required: docs?.body === undefined, content: { [mediaTypes.json]: own(Dto, 'body') } };
}

function withExamples(content: Body['content'], examples: readonly DescribedExample[]): Body['content'] {
  const sent = examples.filter(({ body }) => body !== undefined);
  return Object.fromEntries(
    Object.entries(content).map(([mediaType, media]) => {
      const fitting = sent.filter(({ contentType = mediaTypes.json }) => contentType === mediaType);
      return [mediaType, { ...media, ...exampleMap(fitting.map(({ body }) => body)) }];
    }),
  );
}

function exampleMap(values: readonly unknown[]): object {
  const entries = values.map((value, i) => [`example${i === 0 ? '' : String(i + 1)}`, { value }] as const);
  return entries.length > 0 ? { examples: Object.fromEntries(entries) } : {};
}

interface Answering {
  readonly context: OperationContext;
  readonly examples: readonly DescribedExample[];
  readonly route: DescribedRoute | undefined;
}

function answers(handler: DeclaredHandler, { context, examples }: Answering): object {
  const { docs, status } = handler;
  const made = context.typeRoute(handler);
  const schema = docs?.answer ?? made?.answer ?? context.described.returns[handler.name];
  const usual = docs?.statuses ?? [status];
  const changes = membersOf(schema).filter(isChange);
  // What a dry run comes to, and a removal that others are told of, is answered with 200.
  const statuses = changes.length > 0 ? [...new Set([200, ...usual])] : usual;
  return Object.fromEntries(
    statuses.map((code) => {
      const shown = examples.filter((example) => example.status === code && example.answer !== undefined);
      const plain = usual.includes(code) ? membersOf(schema).filter((member) => !isChange(member)) : [];
      const members = code === 200 ? [...plain, ...changes] : plain;
      const tagged =
        isTagged(handler.controller) && members.some((member) => !isChange(member) && !isPage(member));
      return [
        String(code),
        answer(code, { mediaType: docs?.produces, schema: oneOf(members), shown, tagged }),
      ];
    }),
  );
}

function membersOf(schema: Schema | null | undefined): readonly Schema[] {
  if (!schema) return [];
  const { anyOf } = schema as { readonly anyOf?: readonly Schema[] };
  return anyOf && Object.keys(schema).length === 1 ? anyOf : [schema];
}

function oneOf(members: readonly Schema[]): Schema | undefined {
  return members.length > 1 ? { anyOf: members } : members[0];
}

function isChange({ $ref = '' }: Schema): boolean {
  return $ref.includes('/ChangeOf');
}

function isPage({ $ref = '' }: Schema): boolean {
  return $ref.includes('/PageOf');
}

interface Answer {
  readonly tagged: boolean;
  readonly mediaType: string | undefined;
  readonly schema: Schema | null | undefined;
  readonly shown: readonly DescribedExample[];
}

const meanings: Readonly<Record<number, string>> = {
  200: 'Done.',
  201: 'It has come into being.',
  202: 'It is on disk, and on its way.',
  204: 'Done; there is nothing to say.',
  304: 'It is as the caller has it.',
};

function answer(status: number, { mediaType = mediaTypes.json, schema, shown, tagged }: Answer): object {
  const bare = status === 204 || status === 304;
  const body = schema ?? (mediaType === mediaTypes.json ? undefined : ({ type: 'string' } satisfies Schema));
  return {
    description: meanings[status] ?? 'Done.',
    headers: {
      'x-request-id': { $ref: '#/components/headers/RequestId' },
      ...(tagged && { etag: { $ref: '#/components/headers/ETag' } }),
      ...(status === 201 && { location: { $ref: '#/components/headers/Location' } }),
    },
    ...(body &&
      !bare && {
        content: { [mediaType]: { schema: body, ...exampleMap(shown.map(({ answer: value }) => value)) } },
      }),
  };
}

function errorsOf(handler: DeclaredHandler, hasBody: boolean): readonly ErrorCode[] {
  const { docs, path, query, method } = handler;
  const bodyIsChecked = hasBody && docs?.bodySchema === undefined;
  return [
    'REQUEST_INVALID',
    'REQUEST_TIMEOUT',
    'HEADERS_TOO_LARGE',
    // Compressed bodies are refused wherever they come.
    'UNSUPPORTED_MEDIA_TYPE',
    'INTERNAL',
    'SHUTTING_DOWN',
    ...refusals(handler),
    ...(path.includes('/:') ? (['NOT_FOUND'] as const) : []),
    ...(path.startsWith('/api/') ? (['QUERY_INVALID'] as const) : []),
    ...(query ? (['BODY_INVALID'] as const) : []),
    ...(isConditional(handler) ? (['PRECONDITION_FAILED'] as const) : []),
    ...(method === 'GET' ? [] : (['BODY_INVALID', 'BODY_TOO_LARGE'] as const)),
    ...(bodyIsChecked ? (['RESOURCE_INVALID'] as const) : []),
    ...(path.startsWith('/api') ? (['STORAGE_UNAVAILABLE'] as const) : []),
    ...(docs?.errors ?? []),
  ];
}

/** The query of a view, as its type declares it. */
export function viewQuery(query: z.ZodType): Schema {
  const { properties, required } = z.toJSONSchema(query, { io: 'input', unrepresentable: 'any' }) as Schema;
  const read = z.toJSONSchema(query, { io: 'output', unrepresentable: 'any' }) as Schema;
  return { type: 'object', properties: read.properties ?? properties ?? {}, required: required ?? [] };
}

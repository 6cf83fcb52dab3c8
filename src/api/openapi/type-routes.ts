import type { AnyObjectType } from '../../sdk/index.ts';
import type { DtoClass } from '../validation/to-dto.ts';
import type { DeclaredHandler } from './declared-handlers.ts';
import type { Schema } from './json-schema.ts';

/** A route that is there because a plugin declares a type: what it says of itself comes from the type. */
export interface TypeRoute {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string | undefined;
  readonly tag: string;
  readonly query: Schema | undefined;
  readonly answer: Schema | undefined;
  /** Name of the schema of a body, where the type makes it narrower. */
  readonly bodyName: (Dto: DtoClass<object>, kind: 'body' | 'patch') => string | undefined;
}

export interface ViewRouteContext {
  readonly types: readonly AnyObjectType[];
  readonly viewQuery: (query: NonNullable<AnyObjectType['views']>[string]['query']) => Schema;
}

/** `GET /api/schedules/:key/next`: the view `next` of the type whose collection is `schedules`. */
export function viewRoute(
  { path }: DeclaredHandler,
  { types, viewQuery }: ViewRouteContext,
): TypeRoute | undefined {
  const [, collection, name = ''] = /^\/api\/([\w-]+)\/:key\/([\w-]+)$/.exec(path) ?? [];
  const type = types.find((one) => one.collection === collection && one.collection !== undefined);
  const view = type?.views?.[name];
  if (!type || !view) return undefined;
  return {
    operationId: camelCase(`${collection ?? ''}-${name}`),
    summary: `${type.label}: ${name}`,
    description: view.description,
    tag: 'Objects',
    query: viewQuery(view.query),
    answer: undefined,
    bodyName: () => undefined,
  };
}

/** `/api/webhooks/:key`, `/api/schedule-triggers`: handlers that serve several paths. */
export function collectionRoute(
  { name, path, docs }: DeclaredHandler,
  { types, bodyName }: { readonly types: readonly AnyObjectType[]; readonly bodyName: OwnBodyName },
): TypeRoute | undefined {
  const [controller = '', handler = ''] = name.split('.');
  const kind = shared.get(controller);
  const collection = /^\/api\/([\w-]+)/.exec(path)?.[1];
  if (!kind || collection === undefined) return undefined;
  const type = types.find((one) => one.collection === collection);
  return {
    operationId: camelCase(`${collection}-${kind.prefix}${handler}`),
    summary: `${type?.label ?? kind.subject}: ${(docs?.summary ?? '').toLowerCase()}`,
    description: undefined,
    tag: kind.tag,
    query: undefined,
    answer: undefined,
    bodyName: (Dto, form) => type && bodyName(Dto, form, type),
  };
}

type OwnBodyName = (Dto: DtoClass<object>, kind: 'body' | 'patch', type: AnyObjectType) => string | undefined;

const shared = new Map([
  ['CollectionController', { prefix: '', tag: 'Objects', subject: 'Objects' }],
  ['CollectionRunsController', { prefix: 'runs-', tag: 'Objects', subject: 'Runs' }],
  ['TriggerCollectionController', { prefix: '', tag: 'Triggers', subject: 'Triggers of a kind' }],
]);

function camelCase(text: string): string {
  return text.replace(/[-_]+(\w)/g, (_, letter: string) => letter.toUpperCase());
}

import { RequestMethod, type INestApplication, type Type } from '@nestjs/common';
import {
  HTTP_CODE_METADATA,
  METHOD_METADATA,
  PATH_METADATA,
  ROUTE_ARGS_METADATA,
} from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { ACCESS, type Access } from '../auth/scopes.ts';
import { ROUTE_DOCS, type RouteDocs } from './route-docs.ts';

/** A route as Nest knows it. */
export interface DeclaredHandler {
  /** `TasksController.list` */
  readonly name: string;
  readonly controller: Type;
  /** `GET` */
  readonly method: string;
  /** `/api/tasks/:id` */
  readonly path: string;
  readonly access: Access;
  readonly docs: RouteDocs | undefined;
  /** Of the usual answer. */
  readonly status: number;
  /** The class that the body is read into, if the handler declares one. */
  readonly body: Type | undefined;
  readonly query: Type | undefined;
}

export function declaredHandlers(app: INestApplication): readonly DeclaredHandler[] {
  const modules = [...app.get(ModulesContainer).values()];
  return modules
    .flatMap((module) => [...module.controllers.values()])
    .flatMap(({ metatype }) => (typeof metatype === 'function' ? handlersOf(metatype as Type) : []));
}

function handlersOf(controller: Type): readonly DeclaredHandler[] {
  const prototype = controller.prototype as Readonly<Record<string, object>>;
  return new MetadataScanner().getAllMethodNames(prototype).flatMap((key) => {
    const handler = prototype[key] ?? {};
    const verb = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
    if (verb === undefined) return [];
    const method = RequestMethod[verb];
    const [body, query] = [RouteParamtypes.BODY, RouteParamtypes.QUERY].map((kind) =>
      parameterType(controller, key, kind),
    );
    return [
      {
        name: `${controller.name}.${key}`,
        controller,
        method,
        path: pathOf(controller, handler),
        access: accessOf(controller, handler),
        docs: Reflect.getMetadata(ROUTE_DOCS, handler) as RouteDocs | undefined,
        status:
          (Reflect.getMetadata(HTTP_CODE_METADATA, handler) as number | undefined) ??
          (method === 'POST' ? 201 : 200),
        body,
        query,
      },
    ];
  });
}

function pathOf(controller: Type, handler: object): string {
  const parts = [controller, handler].map((part) => Reflect.getMetadata(PATH_METADATA, part) as string);
  const path = parts.filter((part) => part !== '/').join('/');
  // The router's way to write a colon that begins no parameter.
  return `/${path.replaceAll('::', ':')}`;
}

function accessOf(controller: Type, handler: object): Access {
  const declared = [handler, controller].map(
    (part) => Reflect.getMetadata(ACCESS, part) as Access | undefined,
  );
  return declared.find((access) => access !== undefined) ?? 'admin';
}

/** The type of the parameter that takes the whole body or query; undefined for one that only says `unknown`. */
function parameterType(controller: Type, key: string, kind: RouteParamtypes): Type | undefined {
  const parameters = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, key) ?? {}) as Readonly<
    Record<string, { readonly index: number }>
  >;
  const [, parameter] =
    Object.entries(parameters).find(([name]) => name.startsWith(`${String(kind)}:`)) ?? [];
  if (!parameter) return undefined;
  const types = Reflect.getMetadata(
    'design:paramtypes',
    controller.prototype as object,
    key,
  ) as readonly Type[];
  const type = types[parameter.index];
  return type?.name.endsWith('Dto') ? type : undefined;
}

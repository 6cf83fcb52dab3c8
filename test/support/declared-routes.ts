import { RequestMethod, type INestApplication } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';

/** `GET /api/tasks/:id`, of every controller. */
export function declaredRoutes(app: INestApplication): string[] {
  const modules = [...app.get(ModulesContainer).values()];
  return modules
    .flatMap((module) => [...module.controllers.values()])
    .flatMap(({ metatype }) => (typeof metatype === 'function' ? routesOf(metatype) : []));
}

function routesOf(controller: { readonly prototype: object }): string[] {
  const handlers = controller.prototype as Readonly<Record<string, object>>;
  return new MetadataScanner().getAllMethodNames(controller.prototype).flatMap((name) => {
    const handler = handlers[name] ?? {};
    const method: unknown = Reflect.getMetadata(METHOD_METADATA, handler);
    const path = [controller, handler]
      .map((part): unknown => Reflect.getMetadata(PATH_METADATA, part))
      .filter((part) => part !== '/')
      .join('/');
    // The router's way to write a colon that begins no parameter.
    const url = path.replaceAll('::', ':');
    return typeof method === 'number' ? [`${RequestMethod[method] ?? ''} /${url}`] : [];
  });
}

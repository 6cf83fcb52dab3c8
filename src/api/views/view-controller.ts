import { Controller, Get, Param, Query, type Type } from '@nestjs/common';
import { ObjectAnswers } from '../../kernel/resources/object-answers.ts';
import type { AnyObjectType, JsonValue } from '../../sdk/index.ts';
import { RequireScope } from '../auth/scopes.ts';

/** A controller for each view of a type. */
export function viewControllers({ name: type, collection, views = {} }: AnyObjectType): readonly Type[] {
  if (collection === undefined) return [];
  return Object.keys(views).map((view) =>
    viewController({ type, view, path: `api/${collection}/:key/${view}` }),
  );
}

function viewController({ type, view, path }: Readonly<Record<'type' | 'view' | 'path', string>>): Type {
  @Controller(path)
  class ViewController {
    constructor(private readonly answers: ObjectAnswers) {}

    @Get()
    @RequireScope('read')
    show(@Param('key') key: string, @Query() query: object): JsonValue {
      return this.answers.view({ type, key, view, query });
    }
  }
  return ViewController;
}

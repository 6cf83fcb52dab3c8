import { Controller, Get, Param, Query } from '@nestjs/common';
import { PluginRegistry } from '../../kernel/plugins/plugin-registry.ts';
import { RequireScope } from '../auth/scopes.ts';
import { Documented } from '../openapi/route-docs.ts';
import { notFound } from '../errors/not-found.ts';
import { listPage } from '../paging/list-page.ts';
import { pageView, type PageView } from '../paging/page-view.ts';
import { typeList, type DeclaredType } from './type-list.ts';
import { fitsType, TypeQueryDto } from './type-query.dto.ts';
import { typeView, type TypeView } from './type-view.ts';

@Controller('api/types')
export class TypesController {
  constructor(private readonly registry: PluginRegistry) {}

  @Get()
  @Documented({ summary: 'List the object types with their events and actions' })
  @RequireScope('read')
  async list(@Query() query: TypeQueryDto): Promise<PageView<TypeView>> {
    const fits = (declared: DeclaredType): boolean =>
      fitsType(query, declared, this.registry.available(declared.type.name));
    const page = await listPage(typeList, { items: this.registry.types(), query, fits });
    return pageView(page, (declared) => this.#view(declared));
  }

  @Get(':name')
  @Documented({ summary: 'Read an object type' })
  @RequireScope('read')
  get(@Param('name') name: string): TypeView {
    const declared = this.registry.types().find(({ type }) => type.name === name);
    if (!declared) throw notFound('object type', name);
    return this.#view(declared);
  }

  #view({ plugin, type }: DeclaredType): TypeView {
    return typeView(type, { plugin, available: this.registry.available(type.name) });
  }
}

import { Controller, Get, Param } from '@nestjs/common';
import { PluginRegistry } from '../../kernel/plugins/plugin-registry.ts';
import { RequireScope } from '../auth/scopes.ts';
import { notFound } from '../errors/not-found.ts';
import { typeView, type TypeView } from './type-view.ts';

@Controller('api/types')
export class TypesController {
  constructor(private readonly registry: PluginRegistry) {}

  @Get()
  @RequireScope('read')
  list(): { readonly items: readonly TypeView[] } {
    const types = [...this.registry.types()].sort((a, b) => (a.type.name < b.type.name ? -1 : 1));
    return { items: types.map((declared) => this.#view(declared)) };
  }

  @Get(':name')
  @RequireScope('read')
  get(@Param('name') name: string): TypeView {
    const declared = this.registry.types().find(({ type }) => type.name === name);
    if (!declared) throw notFound('object type', name);
    return this.#view(declared);
  }

  #view({ plugin, type }: ReturnType<PluginRegistry['types']>[number]): TypeView {
    return typeView(type, { plugin, available: this.registry.available(type.name) });
  }
}

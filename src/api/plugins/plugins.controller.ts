import { Controller, Get, Param, Query } from '@nestjs/common';
import { PluginRegistry, type PluginStatus } from '../../kernel/plugins/plugin-registry.ts';
import { RequireScope } from '../auth/scopes.ts';
import { Documented } from '../openapi/route-docs.ts';
import { notFound } from '../errors/not-found.ts';
import { listPage } from '../paging/list-page.ts';
import type { PageView } from '../paging/page-view.ts';
import { pluginList } from './plugin-list.ts';
import { fitsPlugin, PluginQueryDto } from './plugin-query.dto.ts';
import { pluginView, type PluginView } from './plugin-view.ts';

@Controller('api/plugins')
export class PluginsController {
  constructor(private readonly registry: PluginRegistry) {}

  @Get()
  @Documented({ summary: 'List the plugins and how they are' })
  @RequireScope('read')
  async list(@Query() query: PluginQueryDto): Promise<PageView<PluginView>> {
    const fits = (status: PluginStatus): boolean => fitsPlugin(query, status);
    const { items, next } = await listPage(pluginList, { items: this.registry.plugins(), query, fits });
    const views = await Promise.all(items.map((status) => this.#view(status)));
    return { items: views, ...(next !== undefined && { next }) };
  }

  @Get(':name')
  @Documented({ summary: 'Read how a plugin is' })
  @RequireScope('read')
  async get(@Param('name') name: string): Promise<PluginView> {
    const status = this.registry.plugin(name);
    if (!status) throw notFound('plugin', name);
    return this.#view(status);
  }

  async #view(status: PluginStatus): Promise<PluginView> {
    return pluginView(status, await this.registry.health(status.name));
  }
}

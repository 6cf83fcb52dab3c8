import { Controller, Get, Param } from '@nestjs/common';
import { PluginRegistry, type PluginStatus } from '../../kernel/plugins/plugin-registry.ts';
import { RequireScope } from '../auth/scopes.ts';
import { notFound } from '../errors/not-found.ts';
import { pluginView, type PluginView } from './plugin-view.ts';

@Controller('api/plugins')
export class PluginsController {
  constructor(private readonly registry: PluginRegistry) {}

  @Get()
  @RequireScope('read')
  async list(): Promise<{ readonly items: readonly PluginView[] }> {
    const statuses = [...this.registry.plugins()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return { items: await Promise.all(statuses.map((status) => this.#view(status))) };
  }

  @Get(':name')
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

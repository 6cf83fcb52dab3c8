import { Module, type DynamicModule } from '@nestjs/common';
import { PLUGIN_HOST, type PluginHost } from './plugin-host.ts';
import type { LoadedPlugin } from './plugin-loader.ts';
import { PluginRegistry } from './plugin-registry.ts';
import { PluginSupervisor } from './plugin-supervisor.ts';

/**
 * One module for each plugin. It needs `PluginRegistry` and `PLUGIN_HOST` from a global module. The plugin's types
 * are registered while Nest makes the providers, so that they are known in every `onModuleInit`; the plugin itself
 * starts when all is ready and is the first to stop.
 */
@Module({})
export class PluginModule {
  static for(loaded: LoadedPlugin): DynamicModule {
    const { plugin, use } = loaded;
    const supervisor = {
      provide: PluginSupervisor,
      inject: [PluginRegistry, PLUGIN_HOST],
      useFactory: (registry: PluginRegistry, host: PluginHost) => {
        registry.register(plugin, use);
        return new PluginSupervisor(loaded, { registry, host });
      },
    };
    const types = plugin.types.map((type) => ({ provide: `object type ${type.name}`, useValue: type }));
    return {
      module: moduleClass(plugin.name),
      controllers: [...(plugin.nest?.controllers ?? [])],
      providers: [supervisor, ...types, ...(plugin.nest?.providers ?? [])],
    };
  }
}

/** A class of its own, for Nest tells modules apart, and names them in its messages, by their class. */
function moduleClass(plugin: string): typeof PluginModule {
  const own = class extends PluginModule {};
  return Object.defineProperty(own, 'name', { value: `PluginModule(${plugin})` });
}

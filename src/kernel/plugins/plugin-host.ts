import type { Emission, Emitted, HttpClient, Logger, ObjectView } from '../../sdk/index.ts';

export const PLUGIN_HOST = Symbol('PluginHost');

/** What the rest of the kernel does for running plugins. */
export interface PluginHost {
  /**
   * Stores an event of one of the plugin's types. `name` is declared by the plugin; the data is not checked yet.
   * Resolves once the event and its runs are on disk.
   */
  emit(plugin: string, name: string, emission: Emission<unknown>): Promise<Emitted>;
  /** The enabled objects of a type, in the order of their keys. */
  objects(type: string): readonly ObjectView[];
  /** The guarded way out. */
  readonly http: HttpClient;
  logger(plugin: string): Logger;
}

import type { Observable } from 'rxjs';
import type {
  Clock,
  Connect,
  Lookup,
  Discovery,
  DispatcherOptions,
  Emission,
  Emitted,
  HttpClient,
  Logger,
  Notice,
  ObjectRef,
  ObjectView,
  PluginContext,
  RequestHandler,
} from '../../sdk/index.ts';

export const PLUGIN_HOST = Symbol('PluginHost');

/** What the rest of the kernel does for running plugins. */
export interface PluginHost {
  /**
   * Stores an event of one of the plugin's types. `name` is declared by the plugin; the data is not checked yet.
   * Resolves once the event and its runs are on disk.
   */
  emit(plugin: string, name: string, emission: Emission<unknown>): Promise<Emitted>;
  /**
   * The enabled objects of a type, with `disabled` all of them, in the order of their keys. The same array until one of
   * them changes.
   */
  objects(type: string, options?: { readonly disabled?: boolean }): readonly ObjectView[];
  /** One of them. */
  object(type: string, key: string): ObjectView | undefined;
  /** Puts objects that are not there yet, and the state of all. Gives the keys of the new ones. */
  discovered(type: string, found: readonly Discovery[]): Promise<readonly string[]>;
  /** Objects of any type that were put or removed. */
  readonly changes: Observable<ObjectRef>;
  readonly notices: Observable<Notice>;
  readonly clock: Clock;
  /** The guarded way out. */
  readonly http: HttpClient;
  readonly connect: Connect;
  readonly lookup: Lookup;
  /** The same for what works with undici, with connections of the plugin's own. */
  dispatcher(plugin: string, options?: DispatcherOptions): ReturnType<PluginContext['dispatcher']>;
  /** Lets a plugin answer requests; returns what ends it. Throws when the path cannot be had. */
  serve(plugin: string, prefix: string, handler: RequestHandler): () => void;
  logger(plugin: string): Logger;
}

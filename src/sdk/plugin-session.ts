import { isObservable, Subject, takeUntil, type Subscription } from 'rxjs';
import type { ExtensionPoint } from './extension.ts';
import type { ExtensionSet } from './extension-set.ts';
import type { AnyPlugin, Discovery, Emission, Emitted, PluginContext, Started } from './plugin.ts';
import type { ObjectView } from './object-type.ts';
import type { RequestHandler } from './serving.ts';
import { withTimeLimit } from './time-limit.ts';

/** What a running plugin needs of its surroundings: the kernel, or the test kit. */
export interface PluginServices extends Pick<
  PluginContext,
  'settings' | 'logger' | 'clock' | 'http' | 'dispatcher' | 'connect' | 'lookup' | 'changes' | 'notices'
> {
  /** Returns what ends it. */
  serve(prefix: string, handler: RequestHandler): () => void;
  objects(type: string, options?: { readonly disabled?: boolean }): readonly ObjectView[];
  object(type: string, key: string): ObjectView | undefined;
  emit(name: string, emission: Emission<unknown>): Promise<Emitted>;
  discovered(type: string, found: readonly Discovery[]): Promise<readonly string[]>;
  /** What all plugins offer. */
  readonly extensions: ExtensionSet;
}

export interface SessionLimits {
  /** For `start`, ms. */
  readonly startMs: number;
  /** For the teardown, ms. */
  readonly stopMs: number;
}

export const sessionLimits: SessionLimits = { startMs: 10_000, stopMs: 5_000 };

/** What the session itself adds to the context of a plugin. */
type OwnMembers = 'serve' | 'signal' | 'provide' | 'extensions' | 'extensionChanges';

/** One life of a plugin, from `start` to teardown. A plugin that is started again gets a new one. */
export class PluginSession {
  readonly #plugin: AnyPlugin;
  readonly #services: PluginServices;
  readonly #limits: SessionLimits;
  readonly #abort = new AbortController();
  readonly #closed = new Subject<void>();
  readonly #end = Promise.withResolvers<void>();
  /** Each takes back something that the plugin has offered. */
  readonly #withdrawals: (() => void)[] = [];
  #starting: Promise<Started> = Promise.resolve();
  #subscription: Subscription | undefined;
  #closing: Promise<void> | undefined;
  #over = false;

  constructor(plugin: AnyPlugin, services: PluginServices, limits: SessionLimits = sessionLimits) {
    this.#plugin = plugin;
    this.#services = services;
    this.#limits = limits;
    this.#end.promise.catch(() => undefined);
  }

  /** Resolves when the plugin has completed or was closed; rejects when it fails after it has started. */
  get ended(): Promise<void> {
    return this.#end.promise;
  }

  /** Resolves when the plugin is up. When it rejects, `close` still has to be called. */
  async start(): Promise<void> {
    const { startMs: ms } = this.#limits;
    this.#starting = this.#callStart();
    const message = `start has not finished within ${seconds(ms)}`;
    this.#supervise(await withTimeLimit(this.#starting, { ms, message, signal: this.#abort.signal }));
  }

  /** Ends this life as if the plugin's Observable had failed. */
  fail(error: unknown): void {
    this.#end.reject(error);
  }

  /**
   * Aborts the signal, ends the subscription and waits for the teardown. Rejects when the teardown fails or takes
   * too long. A `start` that is still under way is waited for, so that what it brings forth is put away too.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #callStart(): Promise<Started> {
    const { settings, logger, clock, http, dispatcher, connect, lookup, changes, notices } = this.#services;
    const { extensions } = this.#services;
    const context: Omit<PluginServices, 'extensions' | 'serve'> & Pick<PluginContext, OwnMembers> = {
      settings,
      logger,
      clock,
      http,
      connect,
      lookup,
      changes: changes.pipe(takeUntil(this.#closed)),
      notices: notices.pipe(takeUntil(this.#closed)),
      dispatcher,
      serve: (prefix, handler) => {
        this.#abort.signal.throwIfAborted();
        this.#withdrawals.push(this.#services.serve(prefix, handler));
      },
      objects: (type, options) => this.#services.objects(type, options),
      discovered: async (type, found) => {
        this.#abort.signal.throwIfAborted();
        return this.#services.discovered(type, found);
      },
      object: (type, key) => this.#services.object(type, key),
      provide: (point, name, implementation) => {
        this.#provide(point, name, implementation);
      },
      extensions: (point) => extensions.at(point),
      extensionChanges: (point) => extensions.watch(point).pipe(takeUntil(this.#closed)),
      signal: this.#abort.signal,
      emit: (name, emission) => this.#emit(name, emission),
    };
    // `never` is how AnyPlugin forgets its types; the settings were parsed by the plugin's own schema.
    return this.#plugin.start?.(context as never);
  }

  #provide<T>(point: ExtensionPoint<T>, name: string, implementation: T): void {
    this.#abort.signal.throwIfAborted();
    this.#withdrawals.push(this.#services.extensions.add(point, name, implementation));
  }

  #emit(name: string, emission: Emission<unknown>): Promise<Emitted> {
    const emitted = this.#emitWhileOpen(name, emission);
    // Whoever does not wait for an event must not bring the process down when it is refused.
    emitted.catch(() => undefined);
    return emitted;
  }

  async #emitWhileOpen(name: string, emission: Emission<unknown>): Promise<Emitted> {
    // Until the very end of the teardown: what is under way may still come to a good end.
    if (this.#over) this.#abort.signal.throwIfAborted();
    return this.#services.emit(name, emission);
  }

  #supervise(started: Started): void {
    if (isObservable(started)) {
      this.#subscription = started.subscribe({
        error: (error: unknown) => {
          this.#end.reject(error);
        },
        complete: this.#end.resolve,
      });
    } else if (started !== undefined && typeof started !== 'function') {
      throw new TypeError('start must return nothing, a teardown function or an Observable');
    }
  }

  async #close(): Promise<void> {
    const { stopMs: ms } = this.#limits;
    this.#abort.abort(new Error(`plugin ${this.#plugin.name} is stopped`));
    this.#closed.next();
    for (const withdraw of this.#withdrawals) withdraw();
    try {
      await withTimeLimit(this.#putAway(), {
        ms,
        message: `teardown has not finished within ${seconds(ms)}`,
      });
    } finally {
      this.#over = true;
      this.#end.resolve();
    }
  }

  async #putAway(): Promise<void> {
    const started = await this.#starting.catch(() => undefined);
    this.#subscription?.unsubscribe();
    if (typeof started === 'function') await started();
  }
}

function seconds(ms: number): string {
  return `${String(ms / 1000)} s`;
}

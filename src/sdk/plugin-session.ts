import { isObservable, type Subscription } from 'rxjs';
import type { AnyPlugin, Emission, Emitted, PluginContext, Started } from './plugin.ts';
import type { ObjectView } from './object-type.ts';
import { withTimeLimit } from './time-limit.ts';

/** What a running plugin needs of its surroundings: the kernel, or the test kit. */
export interface PluginServices extends Pick<PluginContext, 'settings' | 'logger' | 'http'> {
  objects(type: string): readonly ObjectView[];
  emit(name: string, emission: Emission<unknown>): Promise<Emitted>;
}

export interface SessionLimits {
  /** For `start`, ms. */
  readonly startMs: number;
  /** For the teardown, ms. */
  readonly stopMs: number;
}

export const sessionLimits: SessionLimits = { startMs: 10_000, stopMs: 5_000 };

/** One life of a plugin, from `start` to teardown. A plugin that is started again gets a new one. */
export class PluginSession {
  readonly #plugin: AnyPlugin;
  readonly #services: PluginServices;
  readonly #limits: SessionLimits;
  readonly #abort = new AbortController();
  readonly #end = Promise.withResolvers<void>();
  #starting: Promise<Started> = Promise.resolve();
  #subscription: Subscription | undefined;
  #closing: Promise<void> | undefined;

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
    const { settings, logger, http } = this.#services;
    const context: PluginServices & Pick<PluginContext, 'signal'> = {
      settings,
      logger,
      http,
      objects: (type) => this.#services.objects(type),
      signal: this.#abort.signal,
      emit: (name, emission) => this.#emit(name, emission),
    };
    // `never` is how AnyPlugin forgets its types; the settings were parsed by the plugin's own schema.
    return this.#plugin.start?.(context as never);
  }

  #emit(name: string, emission: Emission<unknown>): Promise<Emitted> {
    const emitted = this.#emitWhileOpen(name, emission);
    // Whoever does not wait for an event must not bring the process down when it is refused.
    emitted.catch(() => undefined);
    return emitted;
  }

  async #emitWhileOpen(name: string, emission: Emission<unknown>): Promise<Emitted> {
    this.#abort.signal.throwIfAborted();
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
    try {
      await withTimeLimit(this.#putAway(), {
        ms,
        message: `teardown has not finished within ${seconds(ms)}`,
      });
    } finally {
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

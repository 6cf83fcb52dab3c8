import { filter } from 'rxjs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BeforeApplicationShutdown, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Emission, Emitted, Logger, RequestHandler } from '../../sdk/index.ts';
import {
  PluginSession,
  sessionLimits,
  type PluginServices,
  type SessionLimits,
} from '../../sdk/plugin-session.ts';
import type { PluginHost } from './plugin-host.ts';
import type { LoadedPlugin } from './plugin-loader.ts';
import type { PluginRegistry, PluginState } from './plugin-registry.ts';
import { currentCause, inScope, outOfScope, type PluginScope } from './plugin-scope.ts';
import { RestartBackoff, type RestartPolicy } from './restart-backoff.ts';

export interface Supervision {
  readonly registry: PluginRegistry;
  readonly host: PluginHost;
  readonly limits?: SessionLimits;
  readonly restarts?: RestartPolicy;
}

/**
 * Keeps one plugin running. Whatever the plugin does, nothing here throws or rejects: a failure marks the plugin
 * down, with its reason, and it is started again after a backoff.
 */
export class PluginSupervisor implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown {
  readonly #loaded: LoadedPlugin;
  readonly #registry: PluginRegistry;
  readonly #host: PluginHost;
  readonly #limits: SessionLimits;
  readonly #backoff: RestartBackoff;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #session: PluginSession | undefined;
  #life: Promise<void> = Promise.resolve();
  #upSince: number | undefined;
  #restarts = 0;

  constructor(loaded: LoadedPlugin, { registry, host, limits, restarts }: Supervision) {
    this.#loaded = loaded;
    this.#registry = registry;
    this.#host = host;
    this.#limits = limits ?? sessionLimits;
    this.#backoff = new RestartBackoff(restarts);
    this.#logger = host.logger(this.#name);
  }

  /** Begins in the background: a slow plugin does not hold back the others. Called once. */
  onApplicationBootstrap(): void {
    this.#life = this.#live();
  }

  /** Begins to stop without being waited for, so that all plugins stop at one time. */
  onModuleDestroy(): void {
    void this.stop();
  }

  /** Nest closes the HTTP server and the storage after this. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.stop();
  }

  /** Resolves when the plugin has stopped, or had its time to. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#session) await this.#close(this.#session);
    await this.#life;
  }

  get #name(): string {
    return this.#loaded.plugin.name;
  }

  async #live(): Promise<void> {
    while (!(await this.#runOnce())) {
      await this.#pause();
      if (this.#stopping.signal.aborted) break;
      this.#restarts++;
    }
    this.#report('stopped');
  }

  /** One session. True: it has ended normally. */
  async #runOnce(): Promise<boolean> {
    const session = new PluginSession(this.#loaded.plugin, this.#services(), this.#limits);
    this.#session = session;
    this.#upSince = undefined;
    const scope = this.#scopeOf(session);
    this.#registry.answerFor(this.#name, scope);
    this.#loaded.early?.handOver(scope);
    try {
      if (this.#restarts > 0) this.#report('starting', this.#registry.plugin(this.#name)?.reason);
      await inScope(scope, () => session.start());
      this.#upSince = performance.now();
      this.#report('up');
      await session.ended;
      return true;
    } catch (error) {
      if (this.#stopping.signal.aborted) return true;
      this.#logger.error({ err: error }, `plugin ${this.#name} is down`);
      this.#report('down', messageOf(error));
      return false;
    } finally {
      await this.#close(session);
    }
  }

  #scopeOf(session: PluginSession | undefined): PluginScope {
    return {
      fail: (error) => {
        this.#logger.error({ err: error }, `an error escaped from plugin ${this.#name}`);
        session?.fail(error);
      },
    };
  }

  async #pause(): Promise<void> {
    const upMs = this.#upSince === undefined ? 0 : performance.now() - this.#upSince;
    const { signal } = this.#stopping;
    // Rejects only when it is cut short, which the caller sees from the signal.
    await sleep(this.#backoff.next(upMs), undefined, { signal }).catch(() => undefined);
  }

  async #close(session: PluginSession): Promise<void> {
    try {
      // The plugin's teardown runs in it, and its listeners for the end.
      await inScope(this.#scopeOf(session), () => session.close());
    } catch (error) {
      this.#logger.warn({ err: error }, `plugin ${this.#name} did not stop cleanly`);
    }
  }

  /** What a handler of requests throws ends only the one request; what escapes from it is the plugin's fault. */
  #guarded(handler: RequestHandler): RequestHandler {
    return (request, response) => {
      try {
        inScope(this.#scopeOf(this.#session), () => handler(request, response));
      } catch (error) {
        this.#logger.error({ err: error }, `plugin ${this.#name} failed to answer a request`);
        if (!response.headersSent) response.writeHead(500);
        response.end();
      }
    };
  }

  #services(): PluginServices {
    return {
      settings: this.#loaded.settings,
      logger: this.#logger,
      clock: this.#host.clock,
      http: this.#host.http,
      dispatcher: (options) => this.#host.dispatcher(this.#name, options),
      serve: (prefix, handler) => this.#host.serve(this.#name, prefix, this.#guarded(handler)),
      connect: this.#host.connect,
      lookup: this.#host.lookup,
      objects: (type, options) => this.#host.objects(this.#own(type), options),
      discovered: async (type, found) => {
        const own = this.#own(type);
        return outOfScope(() => this.#host.discovered(own, found));
      },
      object: (type, key) => this.#host.object(this.#own(type), key),
      changes: this.#host.changes.pipe(filter(({ type }) => this.#declares(type))),
      notices: this.#host.notices,
      extensions: this.#registry.extensions,
      emit: (name, emission) => {
        const causedBy = emission.causedBy ?? currentCause();
        const caused = causedBy ? { ...emission, causedBy } : emission;
        return outOfScope(() => this.#emit(name, caused));
      },
    };
  }

  #declares(type: string): boolean {
    return this.#loaded.plugin.types.some(({ name }) => name === type);
  }

  #own(type: string): string {
    if (this.#declares(type)) return type;
    throw new Error(`plugin ${this.#name} does not declare the object type "${type}"`);
  }

  async #emit(name: string, emission: Emission<unknown>): Promise<Emitted> {
    try {
      const type = this.#registry.event(name)?.type;
      if (!type || !this.#loaded.plugin.types.includes(type)) {
        throw new Error(`plugin ${this.#name} does not declare the event "${name}"`);
      }
      return await this.#host.emit(this.#name, name, emission);
    } catch (error) {
      // Said here, for a plugin may not look at what becomes of its events.
      this.#logger.warn({ err: error, event: name }, `an event of plugin ${this.#name} was refused`);
      throw error;
    }
  }

  #report(state: PluginState, reason?: string): void {
    this.#registry.report(this.#name, {
      state,
      restarts: this.#restarts,
      ...(reason !== undefined && { reason }),
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : String(error);
}

import { Injectable } from '@nestjs/common';
import { isUnder, prefixProblem, type RequestHandler } from '../../sdk/serving.ts';

/** Where a plugin answers requests itself. */
export interface Mount {
  readonly plugin: string;
  /** Absent while the plugin does not run. */
  readonly handler?: RequestHandler;
}

/** The paths of Signalbox's server that plugins answer. */
@Injectable()
export class Mounts {
  readonly #byPrefix = new Map<string, Mount>();

  /**
   * Lets a plugin answer what lies at or under a path, until the function that is returned is called. After that the
   * path stays known as the plugin's. Throws when the prefix is taken or cannot be had.
   */
  mount(plugin: string, prefix: string, handler: RequestHandler): () => void {
    const problem = prefixProblem(prefix) ?? this.#conflict(plugin, prefix);
    if (problem !== undefined) throw new Error(`serve: ${problem}`);
    this.#byPrefix.set(prefix, { plugin, handler });
    return () => this.#byPrefix.set(prefix, { plugin });
  }

  /** `url` is path and query. */
  find(url: string): Mount | undefined {
    for (const [prefix, mount] of this.#byPrefix) if (isUnder(url, prefix)) return mount;
    return undefined;
  }

  #conflict(plugin: string, prefix: string): string | undefined {
    for (const [taken, mount] of this.#byPrefix) {
      const free = taken === prefix && mount.plugin === plugin && !mount.handler;
      if (!free && (isUnder(prefix, taken) || isUnder(taken, prefix))) {
        return `"${prefix}" lies where plugin ${mount.plugin} serves "${taken}"`;
      }
    }
    return undefined;
  }
}

import { Injectable } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';
import { SignalboxError } from '../../domain/errors.ts';
import { suggestion } from '../../domain/suggest.ts';
import { ExtensionSet } from '../../sdk/extension-set.ts';
import type { AnyAction, AnyObjectType } from '../../sdk/object-type.ts';
import { pluginProblems } from '../../sdk/plugin-check.ts';
import type { AnyPlugin, Health } from '../../sdk/plugin.ts';
import type { z } from '../../sdk/schema.ts';
import { withTimeLimit } from '../../sdk/time-limit.ts';
import { inScope, type PluginScope } from './plugin-scope.ts';

/**
 * `starting`: not up yet, at boot or again after a failure. `up`. `down`: failed, will be started again.
 * `stopped`: its Observable completed, or Signalbox shuts down.
 */
export type PluginState = 'starting' | 'up' | 'down' | 'stopped';

export interface PluginStatus {
  readonly name: string;
  readonly state: PluginState;
  /** The last failure, until the plugin is up again. */
  readonly reason?: string;
  /** In this state since, epoch ms. */
  readonly since: number;
  /** Names of its object types. */
  readonly types: readonly string[];
  /** How often it was started again after a failure. */
  readonly restarts: number;
}

/** What a supervisor reports. */
export interface StatusChange {
  readonly state: PluginState;
  readonly reason?: string;
  readonly restarts: number;
}

interface Entry {
  readonly plugin: AnyPlugin;
  /** How the configuration names it. */
  readonly use: string;
  status: PluginStatus;
  /** Whoever answers for what escapes from its code. */
  scope?: PluginScope;
}

const healthTimeoutMs = 5_000;

/** All that plugins declare and offer, found by name, and how the plugins are. */
@Injectable()
export class PluginRegistry {
  readonly #plugins = new Map<string, Entry>();
  readonly #types = new Map<string, { plugin: string; type: AnyObjectType }>();
  readonly #events = new Map<string, { type: AnyObjectType; schema: z.ZodType }>();
  readonly #actions = new Map<string, { type: AnyObjectType; action: AnyAction }>();
  readonly #changes = new Subject<PluginStatus>();
  #redact: (plugin: string, text: string) => string = (_, text) => text;

  /** What running plugins offer one another. */
  readonly extensions = new ExtensionSet();

  /** Each change of a plugin's state. */
  readonly changes: Observable<PluginStatus> = this.#changes.asObservable();

  /**
   * Adds a plugin and its types. `use` is how the configuration names it. Throws PLUGIN_INVALID, and adds nothing,
   * when a name is taken, a name breaks the rules or the plugin is written for another plugin contract.
   */
  register(plugin: AnyPlugin, use = plugin.name): void {
    this.#check(plugin, use);
    for (const type of plugin.types) this.#declare(plugin, type);
    const types = plugin.types.map((type) => type.name);
    // Without a start there is nothing to wait for.
    const state = plugin.start ? 'starting' : 'up';
    const status = { name: plugin.name, state, since: Date.now(), types, restarts: 0 } as const;
    this.#plugins.set(plugin.name, { plugin, use, status });
  }

  type(name: string): AnyObjectType | undefined {
    return this.#types.get(name)?.type;
  }

  types(): readonly { readonly plugin: string; readonly type: AnyObjectType }[] {
    return [...this.#types.values()];
  }

  /** `vm.power_on` */
  event(name: string): { readonly type: AnyObjectType; readonly schema: z.ZodType } | undefined {
    return this.#events.get(name);
  }

  /** `webhook.send` */
  action(name: string): { readonly type: AnyObjectType; readonly action: AnyAction } | undefined {
    return this.#actions.get(name);
  }

  /** What no plugin declares, in words, with what may have been meant. */
  undeclared(kind: 'event' | 'action' | 'object type', name: string): string {
    const declared = { event: this.#events, action: this.#actions, 'object type': this.#types }[kind];
    const shown = name.slice(0, 100);
    return `no plugin declares the ${kind} "${shown}"${suggestion(shown, declared.keys())}`;
  }

  /** Name and action. */
  actions(): readonly (readonly [string, AnyAction])[] {
    return Array.from(this.#actions, ([name, { action }]) => [name, action] as const);
  }

  plugin(name: string): PluginStatus | undefined {
    return this.#plugins.get(name)?.status;
  }

  plugins(): readonly PluginStatus[] {
    return Array.from(this.#plugins.values(), ({ status }) => status);
  }

  /** Whether actions on the type can be run: its plugin is up, or has watched to the end of what it watches. */
  available(typeName: string): boolean {
    const state = this.#stateOf(typeName);
    return state === 'up' || state === 'stopped';
  }

  /** Whether it will soon be known if actions on the type can be run. */
  starting(typeName: string): boolean {
    return this.#stateOf(typeName) === 'starting';
  }

  /** What the plugin says of its own health; undefined when it says nothing or is not there. Never rejects. */
  async health(name: string): Promise<Health | undefined> {
    const plugin = this.#plugins.get(name)?.plugin;
    if (!plugin?.health) return undefined;
    try {
      const asked = this.#inScopeOf(name, async () => plugin.health?.());
      const health = await withTimeLimit(asked, {
        ms: healthTimeoutMs,
        message: 'health has not answered within 5 s',
      });
      return health && this.#told(name, health);
    } catch (error) {
      return this.#told(name, { up: false, reason: error instanceof Error ? error.message : String(error) });
    }
  }

  #told(plugin: string, health: Health): Health {
    return health.reason === undefined ? health : { ...health, reason: this.#redact(plugin, health.reason) };
  }

  /** Runs code that belongs to an object type: what escapes from it later is its plugin's fault. */
  inScopeOf<T>(typeName: string, work: () => T): T {
    return this.#inScopeOf(this.#types.get(typeName)?.plugin, work);
  }

  /** For supervisors: who answers for the plugin from now on. */
  answerFor(name: string, scope: PluginScope): void {
    const entry = this.#plugins.get(name);
    if (entry) entry.scope = scope;
  }

  /** Takes the secrets of a plugin's objects out of what it says of itself. */
  redactWith(redact: (plugin: string, text: string) => string): void {
    this.#redact = redact;
  }

  /** For supervisors. */
  report(name: string, change: StatusChange): void {
    const entry = this.#plugins.get(name);
    if (!entry) return;
    const reason = change.reason === undefined ? {} : { reason: this.#redact(name, change.reason) };
    entry.status = { name, types: entry.status.types, since: Date.now(), ...change, ...reason };
    this.#changes.next(entry.status);
  }

  #stateOf(typeName: string): PluginState | undefined {
    const declared = this.#types.get(typeName);
    return declared && this.plugin(declared.plugin)?.state;
  }

  #inScopeOf<T>(name: string | undefined, work: () => T): T {
    const scope = name === undefined ? undefined : this.#plugins.get(name)?.scope;
    return scope ? inScope(scope, work) : work();
  }

  #check(plugin: AnyPlugin, use: string): void {
    const problems = pluginProblems(plugin);
    if (problems.length > 0) throw invalid(`plugin ${use}: ${problems.join('; ')}`);
    const known = this.#plugins.get(plugin.name);
    if (known) throw invalid(`two plugins are called "${plugin.name}": ${known.use} and ${use}`);
    for (const [i, { name }] of plugin.types.entries()) {
      const declared = this.#types.get(name);
      const twice = plugin.types.findIndex((type) => type.name === name) < i;
      const other = twice ? plugin.name : declared?.plugin;
      if (other !== undefined)
        throw invalid(
          `object type "${name}" is declared twice: by plugin "${other}" and by plugin "${plugin.name}"`,
        );
    }
    this.#checkPaths(plugin);
  }

  /** What types are called in URLs is theirs alone. */
  #checkPaths({ name, types }: AnyPlugin): void {
    const taken = new Map(
      this.types().flatMap(({ plugin, type }) => pathsOf(type).map((path) => [path, plugin])),
    );
    for (const path of types.flatMap(pathsOf)) {
      const other = taken.get(path);
      if (other !== undefined)
        throw invalid(`the path /api/${path} is taken twice: by plugin "${other}" and by plugin "${name}"`);
      taken.set(path, name);
    }
  }

  #declare(plugin: AnyPlugin, type: AnyObjectType): void {
    this.#types.set(type.name, { plugin: plugin.name, type });
    for (const [name, schema] of Object.entries(type.events ?? {})) {
      this.#events.set(`${type.name}.${name}`, { type, schema });
    }
    for (const [name, action] of Object.entries(type.actions ?? {})) {
      this.#actions.set(`${type.name}.${name}`, { type, action });
    }
  }
}

function pathsOf({ collection, triggers }: AnyObjectType): readonly string[] {
  return [collection, triggers?.collection].filter((path) => path !== undefined);
}

function invalid(message: string): SignalboxError {
  return new SignalboxError('PLUGIN_INVALID', message);
}

import type { Observable } from 'rxjs';
import type { z } from 'zod';
import type { Dispatcher } from 'undici';
import type { Clock } from './clock.ts';
import type { Connect, Lookup } from './connect.ts';
import type { ExtensionPoint, Extensions, Provide } from './extension.ts';
import type { DispatcherOptions, HttpClient } from './http.ts';
import type { JsonObject } from './json.ts';
import type { Logger } from './logger.ts';
import type { Notice } from './notice.ts';
import type { AnyObjectType, Cause, ObjectView } from './object-type.ts';
import type { RequestHandler } from './serving.ts';

/** `vm.power_on` and so on: the events that a type declares. */
export type EventName<Type extends AnyObjectType> = Type extends AnyObjectType
  ? `${Type['name']}.${keyof NonNullable<Type['events']> & string}`
  : never;

type DataOf<Type extends AnyObjectType, Name extends string> = Type extends AnyObjectType
  ? Name extends `${Type['name']}.${infer Event}`
    ? NonNullable<Type['events']>[Event] extends z.ZodType
      ? z.input<NonNullable<Type['events']>[Event]>
      : never
    : never
  : never;

type SettingsOf<Type extends AnyObjectType, Name extends string> = Type extends AnyObjectType
  ? Name extends Type['name']
    ? z.output<NonNullable<Type['settings']>>
    : never
  : never;

type SettingsInput<Type extends AnyObjectType, Name extends string> = Type extends AnyObjectType
  ? Name extends Type['name']
    ? z.input<NonNullable<Type['settings']>>
    : never
  : never;

/** What a plugin says of an event that it emits. */
export interface Emission<Data> {
  /** Key of the object that it is about. */
  readonly object?: string;
  readonly data: Data;
  /** When it happened. Default: now. */
  readonly time?: Date;
  /** Deduplicates: a second event with the same id from the same plugin is not stored and fires nothing. */
  readonly id?: string;
  /** The event that led to it. Default inside an action: the event of its run. A chain that is too long is stopped. */
  readonly causedBy?: Cause;
}

/** The stored event. */
export interface Emitted {
  readonly id: string;
  /** It had been stored before under this id; nothing was fired. */
  readonly duplicate: boolean;
}

/**
 * Emits an event of one of the plugin's types. Resolves once the event and its runs are on disk; rejects with a
 * clear error when the data does not fit the event's schema.
 */
export type Emit<Types extends readonly AnyObjectType[] = readonly AnyObjectType[]> = <
  const Name extends EventName<Types[number]>,
>(
  name: Name,
  emission: Emission<DataOf<Types[number], Name>>,
) => Promise<Emitted>;

/** Names an object. */
export interface ObjectRef {
  readonly type: string;
  readonly key: string;
}

/** An object that a plugin has found out there. */
export interface Discovery<Settings = unknown> {
  /** Unique in its type. */
  readonly key: string;
  /** Default: the key. */
  readonly name?: string;
  readonly tags?: readonly string[];
  /** Of an object that is not there yet. Default: what the schema makes of `{}`. */
  readonly settings?: Settings;
  /** How it is now. Becomes part of its last known state, unless an event tells something else meanwhile. */
  readonly state?: JsonObject;
}

/** What a plugin is given when it starts. */
export interface PluginContext<
  Settings = unknown,
  Types extends readonly AnyObjectType[] = readonly AnyObjectType[],
> {
  /** From the configuration, parsed by the plugin's `settings` schema. */
  readonly settings: Settings;
  readonly emit: Emit<Types>;
  readonly logger: Logger;
  /** What time it is. Tests move it: a plugin that waits for a time of day must not ask the machine. */
  readonly clock: Clock;
  readonly http: HttpClient;
  /** For what does not speak HTTP. */
  readonly connect: Connect;
  /** For what neither `http` nor `connect` can do. */
  readonly lookup: Lookup;
  /**
   * The guarded way out for libraries that work with a dispatcher of undici: each address is judged by the egress
   * policy before it is connected to. Its connections are the plugin's alone, at most 256 to one origin; requests beyond
   * that wait. It sets no time limits of its own, not for that waiting either, and is not the plugin's to close.
   */
  readonly dispatcher: (options?: DispatcherOptions) => Dispatcher;
  /**
   * Answers requests of Signalbox's own server at and under a path, such as `/gateway`, until the plugin is stopped.
   * No token is asked for and no body is read; the time limits of the server hold. Throws when the path belongs to
   * Signalbox (`/api`, `/health`) or to another plugin.
   */
  readonly serve: (prefix: string, handler: RequestHandler) => void;
  /**
   * The enabled objects of one of the plugin's own types, as they are now, in the order of their keys; with `disabled`
   * those that are switched off, too.
   */
  readonly objects: <const Name extends Types[number]['name']>(
    type: Name,
    options?: { readonly disabled?: boolean },
  ) => readonly ObjectView<SettingsOf<Types[number], Name>>[];
  /** One of them; undefined when there is none or it is switched off. */
  readonly object: <const Name extends Types[number]['name']>(
    type: Name,
    key: string,
  ) => ObjectView<SettingsOf<Types[number], Name>> | undefined;
  /**
   * Puts objects of one of the plugin's own types into the directory that it has found out there. Those that are there
   * already stay as people have made them; only their state is brought up to date. No event is made of it. Resolves, with
   * the keys of those that are new, once all is on disk; when one of them does not fit, none is put.
   */
  readonly discovered: <const Name extends Types[number]['name']>(
    type: Name,
    found: readonly Discovery<SettingsInput<Types[number], Name>>[],
  ) => Promise<readonly string[]>;
  /** Objects of the plugin's own types that were just put, switched on or off, or removed. */
  readonly changes: Observable<ObjectRef>;
  /** What Signalbox itself has to say, from the start on: what came before is told again. */
  readonly notices: Observable<Notice>;
  /** Offers something at an extension point, until the plugin is stopped. */
  readonly provide: Provide;
  /** What plugins offer at an extension point now. */
  readonly extensions: Extensions;
  /** As `extensions`, and again each time that it changes. */
  readonly extensionChanges: <Implementation>(
    point: ExtensionPoint<Implementation>,
  ) => Observable<ReadonlyMap<string, Implementation>>;
  /** Aborted when the plugin is stopped. */
  readonly signal: AbortSignal;
}

/** Called once, when the plugin is stopped. */
export type Teardown = () => void | Promise<void>;

/** What `start` may give back: an Observable that the kernel subscribes to and supervises, or a teardown. */
export type Started = Observable<unknown> | Teardown | void;

/** State of a plugin's own health. */
export interface Health {
  readonly up: boolean;
  readonly reason?: string;
}

/** A class, as Nest takes it. */
type NestClass = new (...dependencies: never[]) => object;

/**
 * Classes that a plugin adds to its module inside Signalbox, decorated with `@nestjs/common`. Their routes need the
 * same authorization as all others.
 */
export interface NestMembers {
  readonly controllers?: readonly NestClass[];
  readonly providers?: readonly NestClass[];
}

export interface PluginDefinition<
  Settings extends z.ZodType = z.ZodType,
  Types extends readonly AnyObjectType[] = readonly AnyObjectType[],
> {
  /** Unique among the plugins of an installation. */
  readonly name: string;
  /** Semver range of the plugin API that it was written for; the current version is `API_VERSION`. */
  readonly api: string;
  readonly description?: string;
  readonly settings?: Settings;
  readonly types: Types;
  /**
   * Begins to watch the outside world. Optional: a plugin may only declare types. An error, from here or from
   * the Observable, marks the plugin down and starts it again after a backoff; the rest of Signalbox goes on.
   */
  start?(context: PluginContext<z.output<Settings>, Types>): Started | Promise<Started>;
  /** The plugin's own health, asked for by `GET /api/plugins`. */
  health?(): Health | Promise<Health>;
  /** For plugins that answer HTTP requests of their own. */
  readonly nest?: NestMembers;
}

/** Any plugin, its schemas forgotten: what the kernel works with. */
export interface AnyPlugin {
  readonly name: string;
  readonly api: string;
  readonly description?: string;
  readonly settings?: z.ZodType;
  readonly types: readonly AnyObjectType[];
  start?(context: never): Started | Promise<Started>;
  health?(): Health | Promise<Health>;
  /** For plugins that answer HTTP requests of their own. */
  readonly nest?: NestMembers;
}

/** Version of the plugin contract. A plugin's `api` range must include it. */
export const API_VERSION = '1.0.0';

/** Declares a plugin: its object types and, if it watches something, how it starts. */
export function definePlugin<
  const Types extends readonly AnyObjectType[],
  Settings extends z.ZodType = z.ZodObject<Record<never, never>>,
>(definition: PluginDefinition<Settings, Types>): PluginDefinition<Settings, Types> {
  return definition;
}

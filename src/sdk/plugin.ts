import type { Observable } from 'rxjs';
import type { z } from 'zod';
import type { HttpClient } from './http.ts';
import type { Logger } from './logger.ts';
import type { AnyObjectType, ObjectView } from './object-type.ts';

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

/** What a plugin says of an event that it emits. */
export interface Emission<Data> {
  /** Key of the object that it is about. */
  readonly object?: string;
  readonly data: Data;
  /** When it happened. Default: now. */
  readonly time?: Date;
  /** Deduplicates: a second event with the same id from the same plugin is not stored and fires nothing. */
  readonly id?: string;
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

/** What a plugin is given when it starts. */
export interface PluginContext<
  Settings = unknown,
  Types extends readonly AnyObjectType[] = readonly AnyObjectType[],
> {
  /** From the configuration, parsed by the plugin's `settings` schema. */
  readonly settings: Settings;
  readonly emit: Emit<Types>;
  readonly logger: Logger;
  readonly http: HttpClient;
  /** The enabled objects of one of the plugin's own types, as they are now, in the order of their keys. */
  readonly objects: <const Name extends Types[number]['name']>(
    type: Name,
  ) => readonly ObjectView<SettingsOf<Types[number], Name>>[];
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

import type { z } from 'zod';
import type { Connect, Lookup } from './connect.ts';
import type { Extensions } from './extension.ts';
import type { HttpClient } from './http.ts';
import type { AnyInbound, InboundDefinition } from './inbound.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { Logger } from './logger.ts';
import type { ObjectView } from './object-view.ts';

export type { ObjectView } from './object-view.ts';

/** The event that led to another one. */
export interface Cause {
  /** Id of the stored event. */
  readonly id: string;
  /** How many causes there were before it. */
  readonly depth: number;
}

/** An event as plugins see it. */
export interface EventView {
  readonly id: string;
  /** CloudEvents source. */
  readonly source: string;
  /** `<object type>.<event>`, e.g. `vm.power_on`. */
  readonly type: string;
  /** When it happened, RFC 3339. */
  readonly time: string;
  readonly data: JsonValue;
  /** The object that it is about; absent for types without instances. */
  readonly object?: Omit<ObjectView, 'settings' | 'state' | 'changedAt'>;
  /** Length of the chain of causes before it; 0 for an event from outside. */
  readonly depth: number;
}

/** All that one attempt of a run is given. */
export interface ActionContext<Settings = unknown, Input = unknown> {
  /** The target. */
  readonly object: ObjectView<Settings>;
  /** The task's settings, templates filled in, parsed by the action's `input` schema. */
  readonly input: Input;
  /** What set the run off. */
  readonly event: EventView;
  readonly task: { readonly id: string; readonly name: string };
  /** 1 for the first try. */
  readonly attempt: number;
  /** The run's id: the same for every attempt. */
  readonly idempotencyKey: string;
  /** When the run was made: the same for every attempt. */
  readonly createdAt: Date;
  /** Aborted when the time is up or Signalbox shuts down. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** Each exchange is recorded in the attempt, secrets redacted. */
  readonly http: HttpClient;
  /** For what does not speak HTTP. Not recorded: see `record`. */
  readonly connect: Connect;
  /** For what neither `http` nor `connect` can do. */
  readonly lookup: Lookup;
  /** What plugins offer at an extension point now. */
  readonly extensions: Extensions;
  /** Keeps what was sent or came back in the attempt, for actions that do not speak HTTP. */
  readonly record: (part: { readonly sent?: JsonValue; readonly received?: JsonValue }) => void;
}

/** What trying an object out is given; as for an attempt. Each exchange of `http` is shown, secrets redacted. */
export type TestContext<Settings = unknown> = Pick<
  ActionContext<Settings>,
  'object' | 'signal' | 'logger' | 'http' | 'connect' | 'lookup' | 'extensions'
>;

/** How the kernel treats the runs of an action on one target. */
export interface ActionPolicy {
  /** Time limit of one attempt, ms. Default 60,000. */
  readonly timeoutMs: number;
  /** Retries after the first attempt. Default 3. */
  readonly retries: number;
  /** Ceiling of the first delay, ms; drawn from 0 to it (full jitter). Default 5,000. */
  readonly backoffMs: number;
  /** What each further ceiling is multiplied by. Default 4. */
  readonly backoffFactor: number;
  /** The longest delay, ms. Default 12 h. */
  readonly maxBackoffMs: number;
  /** Runs at one time on one target. Default 8. */
  readonly concurrency: number;
  /**
   * Least time between the beginnings of two attempts on one target, whatever their actions, ms; what comes sooner waits,
   * in its order, over a restart, too. Default 0.
   */
  readonly minGapMs: number;
  /**
   * Failed attempts in a row after which the runs of a target are held until it is well again; 0: never, which is the default. A
   * failure is one that may be tried again (`RetryableError`, a time-out, anything else thrown but `PermanentError`).
   */
  readonly holdAfter: number;
  /** How often one held run is let through to see whether the target is well again, ms. Default 30 s. */
  readonly probeEveryMs: number;
  /** A target that has done nothing but fail for so long is switched off, ms; 0: never. Default 5 days. */
  readonly disableAfterMs: number;
}

export interface ActionDefinition<Settings, Input extends z.ZodType> {
  /** For people: "Send", "Power on". */
  readonly label: string;
  readonly description?: string;
  /** Schema of the task's settings. */
  readonly input: Input;
  /** May be repeated after an unknown outcome (crash, time-out). Otherwise such a run is held for a person. */
  readonly idempotent: boolean;
  /** Where a target's settings decide on time limit, retries or concurrency. */
  readonly policy?: (settings: Settings) => Partial<ActionPolicy>;
  /**
   * On how many targets one event may have one task act; of a task that meets more all runs are held for a person. It is
   * given the task's settings as they were saved. Default: no limit.
   */
  readonly maxTargets?: (settings: z.input<Input>) => number;
  /**
   * Whether an object is, by its last known state, already as the action would make it. For the preview of a task's
   * targets; `run` has to find out for itself.
   */
  readonly isDone?: (object: ObjectView<Settings>) => boolean;
  /**
   * What keeps it from being done to an object as things are now, in a sentence: a driver that nobody offers, say. For the preview of a
   * task's targets; `run` has to find out for itself.
   */
  readonly obstacle?: (
    object: ObjectView<Settings>,
    context: { readonly extensions: Extensions },
  ) => string | undefined;
  /** One attempt. What it returns is kept in the attempt as its result. */
  run(context: ActionContext<Settings, z.output<Input>>): Promise<JsonValue | void>;
}

/** Event name → schema of its data. */
export type EventSchemas = Readonly<Record<string, z.ZodType>>;

/** Action name → schema of its input. */
export type ActionInputs = Readonly<Record<string, z.ZodType>>;

/**
 * Whether events of the type name an object: `required`, `optional`, or `none` for a type without instances
 * (alarms, system), whose triggers have no object or tag to choose.
 */
export type Instances = 'required' | 'optional' | 'none';

/** One event of a type, by its name without the type's. */
export type TypeEvent<Events extends EventSchemas> = {
  readonly [Event in keyof Events & string]: { readonly event: Event; readonly data: z.input<Events[Event]> };
}[keyof Events & string];

/** As `TypeEvent`, its data parsed. */
export type ParsedTypeEvent<Events extends EventSchemas> = {
  readonly [Event in keyof Events & string]: {
    readonly event: Event;
    readonly data: z.output<Events[Event]>;
  };
}[keyof Events & string];

/** What an event tells of its object: fields of its last known state, or a function of the data that gives them. */
export type StateOfEvents<Events extends EventSchemas> = {
  readonly [Event in keyof Events]?: JsonObject | ((data: z.output<Events[Event]>) => JsonObject | undefined);
};

/**
 * An object before and after somebody changed it by API or file: created without `before`, deleted without `after`. One that an event
 * has brought into being, and of which nobody has said more, counts as not there.
 */
export interface ObjectChange<Settings = unknown> {
  /** Secrets left out of the settings. */
  readonly before?: ObjectView<Settings>;
  /** Secrets left out of the settings. */
  readonly after?: ObjectView<Settings>;
}

/** One of the objects that an event is about. */
export interface Subject {
  /** Its key. */
  readonly object: string;
  /** The event's data as it is for this object. Default: as it came. */
  readonly data?: unknown;
}

/** What is wrong with one of the settings of an object. */
export interface SettingsProblem {
  /** Where in the settings. */
  readonly path: readonly (string | number)[];
  /** What is wrong and what to do, as it reads after the name of the field: `must be …`. */
  readonly message: string;
}

/** An object that a type brings along. */
export interface ReadyMade<Settings = unknown> {
  readonly key: string;
  readonly name?: string;
  readonly tags?: readonly string[];
  readonly settings: Settings;
}

/** All that a view is given. */
export interface ViewContext<Settings = unknown, Query = unknown> {
  /** Disabled ones, too. */
  readonly object: ObjectView<Settings>;
  readonly query: Query;
  /** What time it is, epoch ms. */
  readonly now: number;
}

/** What summing an object up is given. */
export interface SummaryContext {
  /** Epoch ms. */
  readonly now: number;
  /** Whether the object is switched on. */
  readonly enabled: boolean;
}

/** Something that can be asked about an object: `GET /api/<collection>/<key>/<view>`, with scope `read`. */
export interface ViewDefinition<Settings, Query extends z.ZodType> {
  readonly description: string;
  /** Of the parameters of the URL, which come as texts. */
  readonly query: Query;
  /** Must be quick, and change nothing. */
  show(context: ViewContext<Settings, z.output<Query>>): JsonValue;
}

/** View name → schema of its query. */
export type ViewQueries = Readonly<Record<string, z.ZodType>>;

/** Triggers that have a path of their own; there the object is called as its type is. */
export interface TriggerCollection<Event extends string = string> {
  /** `schedule-triggers` */
  readonly collection: string;
  /** The event that they wait for, without the name of the type. */
  readonly event: Event;
}

export interface ObjectTypeDefinition<
  Name extends string = string,
  Settings extends z.ZodType = z.ZodType,
  Events extends EventSchemas = EventSchemas,
  Inputs extends ActionInputs = ActionInputs,
  Queries extends ViewQueries = ViewQueries,
> {
  /** Lower case, digits and `_`: the first half of its events' and actions' names. */
  readonly name: Name;
  readonly label: string;
  readonly description?: string;
  /** Default `optional`. */
  readonly instances?: Instances;
  /** Whether other systems may send its events in. Default true; false: only the plugin itself emits them. */
  readonly ingest?: boolean;
  /**
   * Whether an object comes into being at the first event that names it. Default false. It is called by the text
   * `name` of the event's data, or else by its key; its settings are what their schema makes of `{}`.
   */
  readonly register?: boolean;
  /** Events that tell that their object is gone: none comes into being by them. */
  readonly ends?: readonly (keyof NoInfer<Events> & string)[];
  readonly settings?: Settings;
  readonly events?: Events;
  /** Which events change the last known state of their object. It is stored together with the event. */
  readonly state?: StateOfEvents<NoInfer<Events>>;
  readonly actions?: {
    readonly [Action in keyof Inputs]: ActionDefinition<z.output<Settings>, Inputs[Action]>;
  };
  /** Makes of each object an inbound endpoint, `POST /api/ingest/<key>`: see `inboundAuth`. */
  readonly inbound?: InboundDefinition<z.output<NoInfer<Settings>>>;
  /** What its objects are called in URLs, such as `schedules`: `/api/schedules` lists, makes and changes them. */
  readonly collection?: string;
  /** Gives the triggers on one of its events a path of their own, such as `/api/schedule-triggers`. */
  readonly triggers?: TriggerCollection<keyof NoInfer<Events> & string>;
  /** What can be asked about one of its objects. */
  readonly views?: {
    readonly [View in keyof Queries]: ViewDefinition<z.output<NoInfer<Settings>>, Queries[View]>;
  };
  /** Objects that are made when Signalbox first starts with this type on a database. Removed ones do not come back. */
  readonly readyMade?: readonly ReadyMade<z.input<NoInfer<Settings>>>[];
  /**
   * What is wrong with settings although they fit their schema: fields that do not go together, what takes long to find
   * out. Asked when somebody saves an object, and not again.
   */
  check?(settings: z.output<NoInfer<Settings>>): readonly SettingsProblem[];
  /** What the API shows of an object beside what is stored of it. Must be quick. */
  summary?(object: ObjectView<z.output<NoInfer<Settings>>>, context: SummaryContext): JsonObject;
  /**
   * What a change of an object, by API or file, is as an event of the type; undefined: nothing. Stored together with
   * the change.
   */
  changed?(change: ObjectChange<z.output<NoInfer<Settings>>>): TypeEvent<NoInfer<Events>> | undefined;
  /**
   * Which objects an event is about that names none: it becomes one event for each. `objects` are those that are
   * enabled, in the order of their keys; the same array until one of them changes. Must be quick.
   */
  subjects?(
    event: ParsedTypeEvent<NoInfer<Events>>,
    objects: readonly ObjectView<z.output<NoInfer<Settings>>>[],
  ): readonly Subject[];
  /**
   * Tries an object out when a person asks for it, once and outside of the queue. It works when this resolves; what
   * is returned is shown. Anything thrown says why it does not. Disabled objects are tried out, too.
   */
  test?(context: TestContext<z.output<Settings>>): Promise<JsonValue | void>;
}

/** Any object type, its schemas forgotten: what the kernel works with. */
export interface AnyObjectType {
  readonly name: string;
  readonly label: string;
  readonly description?: string;
  readonly instances?: Instances;
  /** Whether other systems may send its events in. Default true; false: only the plugin itself emits them. */
  readonly ingest?: boolean;
  readonly register?: boolean;
  readonly ends?: readonly string[];
  readonly settings?: z.ZodType;
  readonly events?: EventSchemas;
  readonly state?: Readonly<
    Record<string, JsonObject | ((data: never) => JsonObject | undefined) | undefined>
  >;
  // Method syntax in ActionDefinition.run and `never` here let any typed action stand where the kernel, which
  // parses settings and input by the action's own schemas before it calls, needs an untyped one; so with the methods below.
  readonly actions?: Readonly<Record<string, AnyAction>>;
  readonly inbound?: AnyInbound;
  readonly collection?: string;
  readonly triggers?: TriggerCollection;
  readonly views?: Readonly<Record<string, AnyView>>;
  readonly readyMade?: readonly ReadyMade[];
  check?(settings: never): readonly SettingsProblem[];
  summary?(object: never, context: SummaryContext): JsonObject;
  changed?(change: never): { readonly event: string; readonly data: unknown } | undefined;
  subjects?(event: never, objects: never): readonly Subject[];
  test?(context: never): Promise<JsonValue | void>;
}

export interface AnyView {
  readonly description: string;
  readonly query: z.ZodType;
  show(context: never): JsonValue;
}

export interface AnyAction {
  readonly label: string;
  readonly description?: string;
  readonly input: z.ZodType;
  readonly idempotent: boolean;
  readonly policy?: (settings: never) => Partial<ActionPolicy>;
  readonly maxTargets?: (settings: never) => number;
  readonly isDone?: (object: never) => boolean;
  readonly obstacle?: (object: never, context: { readonly extensions: Extensions }) => string | undefined;
  run(context: never): Promise<JsonValue | void>;
}

/**
 * Declares a class of things: the settings of its objects, the events that happen to them and the actions that
 * can be done to them. Types follow from the schemas.
 */
export function defineObjectType<
  const Name extends string,
  Settings extends z.ZodType = z.ZodObject<Record<never, never>>,
  const Events extends EventSchemas = Record<never, never>,
  Inputs extends ActionInputs = Record<never, never>,
  Queries extends ViewQueries = Record<never, never>,
>(
  definition: ObjectTypeDefinition<Name, Settings, Events, Inputs, Queries>,
): ObjectTypeDefinition<Name, Settings, Events, Inputs, Queries> {
  return definition;
}

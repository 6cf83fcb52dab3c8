import type { z } from 'zod';
import type { HttpClient } from './http.ts';
import type { JsonValue } from './json.ts';
import type { Logger } from './logger.ts';

/** An object as plugins see it. */
export interface ObjectView<Settings = unknown> {
  /** Object type, e.g. `vm`. */
  readonly type: string;
  /** Unique in its type, e.g. `gpu-01`. */
  readonly key: string;
  readonly name: string;
  /** `category/name` each. */
  readonly tags: readonly string[];
  readonly settings: Settings;
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
  readonly object?: Omit<ObjectView, 'settings'>;
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
  /** Aborted when the time is up or Signalbox shuts down. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** Each exchange is recorded in the attempt, secrets redacted. */
  readonly http: HttpClient;
  /** Keeps what was sent or came back in the attempt, for actions that do not speak HTTP. */
  readonly record: (part: { readonly sent?: JsonValue; readonly received?: JsonValue }) => void;
}

/** What trying an object out is given; as for an attempt. Each exchange of `http` is shown, secrets redacted. */
export type TestContext<Settings = unknown> = Pick<
  ActionContext<Settings>,
  'object' | 'signal' | 'logger' | 'http'
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

export interface ObjectTypeDefinition<
  Name extends string = string,
  Settings extends z.ZodType = z.ZodType,
  Events extends EventSchemas = EventSchemas,
  Inputs extends ActionInputs = ActionInputs,
> {
  /** Lower case, digits and `_`: the first half of its events' and actions' names. */
  readonly name: Name;
  readonly label: string;
  readonly description?: string;
  /** Default `optional`. */
  readonly instances?: Instances;
  /** Whether other systems may send its events in. Default true; false: only the plugin itself emits them. */
  readonly ingest?: boolean;
  readonly settings?: Settings;
  readonly events?: Events;
  readonly actions?: {
    readonly [Action in keyof Inputs]: ActionDefinition<z.output<Settings>, Inputs[Action]>;
  };
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
  readonly settings?: z.ZodType;
  readonly events?: EventSchemas;
  // Method syntax in ActionDefinition.run and `never` here let any typed action stand where the kernel, which
  // parses settings and input by the action's own schemas before it calls, needs an untyped one; so with `test`.
  readonly actions?: Readonly<Record<string, AnyAction>>;
  test?(context: never): Promise<JsonValue | void>;
}

export interface AnyAction {
  readonly label: string;
  readonly description?: string;
  readonly input: z.ZodType;
  readonly idempotent: boolean;
  readonly policy?: (settings: never) => Partial<ActionPolicy>;
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
>(
  definition: ObjectTypeDefinition<Name, Settings, Events, Inputs>,
): ObjectTypeDefinition<Name, Settings, Events, Inputs> {
  return definition;
}

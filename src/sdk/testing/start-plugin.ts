import type { z } from 'zod';
import type { AnyObjectType, ObjectView } from '../object-type.ts';
import type { Clock } from '../clock.ts';
import type { ExtensionPoint } from '../extension.ts';
import type { EventName, PluginDefinition } from '../plugin.ts';
import type { Logger } from '../logger.ts';
import type { JsonValue } from '../json.ts';
import type { Notice } from '../notice.ts';
import type { AttemptOptions, TestOutcome, TrialOutcome } from './action-run.ts';
import type { InboundEvent } from '../inbound.ts';
import type { TestEvent } from './event-log.ts';
import type { InboundPost } from './inbound-run.ts';
import type { ActionInput, ActionName, EventData, TestObject, TestTarget } from './member-types.ts';
import { PluginBench } from './plugin-bench.ts';

export interface StartOptions<Type extends AnyObjectType> {
  /** What `objects` of the plugin's context finds. */
  readonly objects?: readonly TestObject<Type>[];
  /** Default: silence. */
  readonly logger?: Logger;
  /** Default: that of the machine. See `movableClock`. */
  readonly clock?: Clock;
}

type Settings<Schema extends z.ZodType> = { readonly settings: z.input<Schema> };

/** The options, which may be left out where the plugin's settings may. */
type Arguments<Schema extends z.ZodType, Type extends AnyObjectType> =
  Record<never, never> extends z.input<Schema>
    ? [options?: StartOptions<Type> & Partial<Settings<Schema>>]
    : [options: StartOptions<Type> & Settings<Schema>];

/** A plugin that runs without a server. */
export interface StartedPlugin<Schema extends z.ZodType, Type extends AnyObjectType> extends AsyncDisposable {
  /** As parsed. */
  readonly settings: z.output<Schema>;
  /** All that it has emitted so far, in order. */
  readonly events: readonly TestEvent[];
  /** Events that were not accepted: not declared, or with data that does not fit. */
  readonly refused: readonly { readonly name: string; readonly error: Error }[];
  /** Where the plugin is reached by what it serves: `http://127.0.0.1:40123`. Throws when it serves nothing. */
  readonly url: string;
  /** Resolves when the plugin's Observable has completed or the plugin was stopped; rejects when it fails. */
  readonly ended: Promise<void>;

  /**
   * The next event of this name, in order, each once; one that came before the call counts. Rejects when the time
   * is up (5 s by default) or the plugin fails or ends meanwhile.
   */
  nextEvent<const Name extends EventName<Type>>(
    name: Name,
    options?: { readonly timeoutMs?: number },
  ): Promise<TestEvent<Name, EventData<Type, Name>>>;

  /** Makes one attempt of an action. Rejects with what the action throws, or when settings or input do not fit. */
  runAction<const Name extends ActionName<Type>>(
    name: Name,
    run: AttemptOptions & {
      readonly object: TestTarget<Type, Name>;
      readonly input: ActionInput<Type, Name>;
    },
  ): Promise<TestOutcome>;

  /** Tries an object of a type out. Rejects with what the type's `test` throws, or when the settings do not fit. */
  runTest<const Name extends Type['name']>(
    name: Name,
    run: { readonly object: TestTarget<Type, `${Name}.test`>; readonly signal?: AbortSignal },
  ): Promise<TrialOutcome>;

  /**
   * What an inbound endpoint makes of a request whose credential has been checked. Throws what its `read` throws, or
   * when the settings do not fit.
   */
  readInbound<const Name extends Type['name']>(
    name: Name,
    post: InboundPost & { readonly object: TestTarget<Type, `${Name}.inbound`> },
  ): readonly InboundEvent[];

  /** What a view shows of an object. Throws what the view throws, or when settings or query do not fit. */
  showView<const Name extends Type['name']>(
    name: Name,
    view: string,
    run: {
      readonly object: TestTarget<Type, `${Name}.view`>;
      readonly query?: Readonly<Record<string, string>>;
    },
  ): JsonValue;

  /** The objects of a type: those that were given, and those that the plugin has discovered. */
  objects(type: Type['name']): readonly ObjectView[];

  /** Adds an object, or replaces it. */
  addObject(object: TestObject<Type>): void;

  removeObject(type: Type['name'], key: string): void;

  /** Offers something at an extension point, as another plugin would. Gives a function that takes it back. */
  provide<Implementation>(
    point: ExtensionPoint<Implementation>,
    name: string,
    implementation: Implementation,
  ): () => void;

  /** What the plugin offers at an extension point under this name; throws when it offers nothing. */
  extension<Implementation>(point: ExtensionPoint<Implementation>, name: string): Implementation;

  /** Says what Signalbox itself would have to say. */
  tell(notice: Omit<Notice, 'id' | 'time'>): void;

  /**
   * Stops the plugin as Signalbox would. Rejects when its teardown fails or hangs, and when the plugin had failed
   * and nobody has heard of it.
   */
  stop(): Promise<void>;
}

/**
 * Starts one plugin without a server. Resolves when it is up; rejects with what its `start` throws.
 *
 * @example
 * await using plugin = await startPlugin(heartbeat, { settings: { everyMs: 10 } });
 * const { data } = await plugin.nextEvent('heartbeat.ticked');
 */
export async function startPlugin<Schema extends z.ZodType, const Types extends readonly AnyObjectType[]>(
  plugin: PluginDefinition<Schema, Types>,
  ...[options]: Arguments<Schema, Types[number]>
): Promise<StartedPlugin<Schema, Types[number]>> {
  const bench = new PluginBench(plugin, options ?? {});
  await bench.start();
  // The bench works by names alone; that they lead to these types is what the definition of the plugin says.
  return bench as PluginBench & StartedPlugin<Schema, Types[number]>;
}

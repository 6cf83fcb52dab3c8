import { setTimeout as sleep } from 'node:timers/promises';
import { PermanentError, RetryableError } from '../errors.ts';
import type { Extensions } from '../extension.ts';
import type { JsonObject } from '../json.ts';
import type { ActionContext, ActionDefinition, ObjectView, TestContext } from '../object-type.ts';
import { z } from '../schema.ts';
import type { DriverTarget } from './driver-target.ts';
import { drivenObjects } from './driven-objects.ts';
import type { DrivenBy } from './driven-settings.ts';
import { bringInto, type SwitchDriver } from './switching.ts';

/** A driver as the actions need it. */
export interface FoundDriver<Action extends string> extends SwitchDriver<Action> {
  readonly watches: boolean;
}

/** A kind of driven objects: what `power` is for machines. */
export interface DrivenKind<Settings, Action extends string> {
  /** The field of the settings, for messages. */
  readonly field: string;
  driven(settings: Settings): DrivenBy | undefined;
  /** The driver with this name, if it is offered. */
  driver(extensions: Extensions, name: string): FoundDriver<Action> | undefined;
  /** The state that events have told of an object last, as drivers call it. */
  lastState(state: JsonObject): string | undefined;
}

/** One of the actions of a kind. */
export interface Doing<Action extends string> {
  readonly action: Action;
  readonly label: string;
  readonly description: string;
  readonly wanted: string;
  readonly repeats?: boolean;
  /** Default time for it, s. */
  readonly seconds: number;
}

const longestSeconds = 1_800;
const defaultMaxTargets = 20;
/** Beyond the time of the action itself, so that its own, clearer error comes first, ms. */
const spareMs = 5_000;
/** Drivers come up beside the plugin that needs them, ms. */
const driverPatienceMs = 10_000;

function inputFor(seconds: number) {
  return z.object({
    timeoutSeconds: z
      .number()
      .min(1)
      .max(longestSeconds)
      .default(seconds)
      .describe('Time until the target has to be in the wanted state.'),
    maxTargets: z
      .int()
      .min(1)
      .default(defaultMaxTargets)
      .describe('Of a firing that meets more targets all runs are held for a person.'),
  });
}

type Input = ReturnType<typeof inputFor>;

/** Makes an action that brings an object into a state through its driver. */
export function drivenAction<Settings, Action extends string>(
  kind: DrivenKind<Settings, Action>,
  doing: Doing<Action>,
): ActionDefinition<Settings, Input> {
  const { label, description, wanted, repeats = false, seconds } = doing;
  return {
    label,
    description,
    input: inputFor(seconds),
    // Though the state is read first: what is done twice in a row to a machine may harm it.
    idempotent: false,
    policy: (settings) => ({
      timeoutMs: longestSeconds * 1_000 + spareMs,
      concurrency: 1,
      minGapMs: (kind.driven(settings)?.minGapSeconds ?? 0) * 1_000,
    }),
    // It is a text where a placeholder stands for it.
    maxTargets: ({ maxTargets = defaultMaxTargets }) =>
      typeof maxTargets === 'number' ? maxTargets : defaultMaxTargets,
    isDone: ({ state }) => !repeats && state !== undefined && kind.lastState(state) === wanted,
    obstacle: (object, { extensions }) => {
      const driven = kind.driven(object.settings);
      if (!driven) return noDriver(kind, object);
      const name = driverOf(driven);
      return kind.driver(extensions, name) ? undefined : notOffered(name, object);
    },
    run: (context) => runDriven(kind, doing, context),
  };
}

/** The state of an object as its driver tells it: what the `test` of its type shows. */
export async function readDriven<Settings, Action extends string>(
  kind: DrivenKind<Settings, Action>,
  { object, extensions, signal }: TestContext<Settings>,
): Promise<JsonObject> {
  const { driver, target, via } = await reach(kind, { object, extensions, signal });
  return { state: await driver.state(target, signal), via, id: target.id };
}

async function runDriven<Settings, Action extends string>(
  kind: DrivenKind<Settings, Action>,
  { action, wanted, repeats = false }: Doing<Action>,
  { object, input, event, extensions, signal, record }: ActionContext<Settings, z.output<Input>>,
): Promise<JsonObject> {
  const { driver, target, via } = await reach(kind, { object, extensions, signal });
  const plugin = extensions(drivenObjects).get(object.type);
  const timeoutMs = input.timeoutSeconds * 1_000;
  plugin?.acting({ key: object.key, cause: { id: event.id, depth: event.depth }, forMs: timeoutMs });
  record({ sent: { action, via, id: target.id } });
  const done = await bringInto({ driver, target, action, wanted, repeats, timeoutMs, signal });
  const { after: state, acted } = done;
  // That it could not be told changes nothing about the outcome.
  await plugin
    ?.ended({ key: object.key, action, state, acted, watched: driver.watches })
    .catch(() => undefined);
  return { ...done, via, id: target.id };
}

interface Reached<Action extends string> {
  readonly driver: FoundDriver<Action>;
  readonly target: DriverTarget;
  readonly via: string;
}

async function reach<Settings, Action extends string>(
  kind: DrivenKind<Settings, Action>,
  { object, extensions, signal }: Seeking<Settings>,
): Promise<Reached<Action>> {
  const { type, key, name } = object;
  const driven = kind.driven(object.settings);
  if (!driven) throw new PermanentError(noDriver(kind, object));
  const { via, id = key } = driven;
  const driverName = driverOf(driven);
  const driver = await findDriver(() => kind.driver(extensions, driverName), signal);
  if (!driver) throw new RetryableError(notOffered(driverName, object));
  return { driver, via, target: { type, key, name, connection: via.slice(driverName.length + 1), id } };
}

/** What stands before the slash: `libvirt/host-1`. */
function driverOf({ via }: DrivenBy): string {
  return via.slice(0, via.indexOf('/'));
}

type Named = Pick<ObjectView, 'type' | 'key'>;

function noDriver({ field }: { readonly field: string }, { type, key }: Named): string {
  return `${type}/${key} has no driver: set ${field}.via in its settings`;
}

function notOffered(driver: string, { type, key }: Named): string {
  return `no running plugin offers the driver "${driver}" that ${type}/${key} needs`;
}

interface Seeking<Settings> {
  readonly object: ObjectView<Settings>;
  readonly extensions: Extensions;
  readonly signal: AbortSignal;
}

/** After a start of Signalbox the plugins with the drivers may need a moment longer. */
async function findDriver<T>(find: () => T | undefined, signal: AbortSignal): Promise<T | undefined> {
  const deadline = Date.now() + driverPatienceMs;
  for (let found = find(); ; found = find()) {
    if (found !== undefined || Date.now() > deadline || signal.aborted) return found;
    await sleep(100, undefined, { signal }).catch(() => undefined);
  }
}

import { isDeepStrictEqual } from 'node:util';
import { nameIn } from '../../domain/name-in-data.ts';
import {
  isNewer,
  splitName,
  type EventRecord,
  type ObjectRecord,
  type ObjectState,
} from '../../domain/records.ts';
import type { AnyObjectType, JsonObject } from '../../sdk/index.ts';
import type { KernelLogger } from '../logger.ts';
import type { PluginRegistry } from '../plugins/plugin-registry.ts';
import type { DirectoryChange } from '../ports.ts';
import type { ResourceIndex } from '../resources/resource-index.ts';
import { settingsSchema } from '../resources/settings-parser.ts';

export interface DirectoryPlanning {
  readonly registry: PluginRegistry;
  readonly index: ResourceIndex;
  /** Objects of a type that may come into being by events. */
  readonly maxRegistered: number;
  readonly logger: KernelLogger;
}

/** Gathers what the events of one transaction say of their objects: which are new, and how they are now. */
export class DirectoryPlan {
  readonly #registered = new Map<string, ObjectRecord>();
  readonly #states = new Map<string, ObjectState>();
  readonly #repeated = new Map<string, ObjectState>();

  constructor(private readonly planning: DirectoryPlanning) {}

  /** Undefined when they say nothing new. */
  get change(): DirectoryChange | undefined {
    if (this.#registered.size + this.#states.size + this.#repeated.size === 0) return undefined;
    return {
      registered: [...this.#registered.values()],
      states: [...this.#states.values()],
      repeated: [...this.#repeated.values()],
    };
  }

  note(event: EventRecord, { mayRegister }: { readonly mayRegister: boolean }): void {
    const { registry, index } = this.planning;
    const type = event.object === undefined ? undefined : registry.event(event.type)?.type;
    if (!type || event.object === undefined) return;
    const ref = `${type.name}/${event.object}`;
    const isKnown = index.object(type.name, event.object) !== undefined || this.#registered.has(ref);
    if (isKnown || (mayRegister && this.#register(type, event.object, event)))
      this.#noteState(type, event.object, event);
  }

  #register(type: AnyObjectType, key: string, event: EventRecord): boolean {
    const { index, maxRegistered } = this.planning;
    if (type.register !== true || tellsOfEnd(type, event)) return false;
    if (index.count(type.name) + this.#registered.size >= maxRegistered) return false;
    const settings = defaultSettings(type);
    if (!settings) return false;
    const at = event.receivedAt;
    this.#registered.set(`${type.name}/${key}`, {
      ...{ type: type.name, key, name: nameIn(event.data) ?? key, enabled: true, tags: [], settings },
      ...{ managedBy: 'event', createdAt: at, updatedAt: at, changedAt: at },
    });
    return true;
  }

  #noteState(type: AnyObjectType, key: string, event: EventRecord): void {
    const told = this.#stateIn(type, event);
    if (!told) return;
    const ref = `${type.name}/${key}`;
    const stored = this.planning.index.state(type.name, key);
    const last = this.#repeated.get(ref) ?? this.#states.get(ref) ?? stored;
    // A clock that is ahead must not have the last word for ever.
    const at = Math.min(event.time, event.receivedAt);
    if (last && isNewer(last, { at, now: event.receivedAt })) return;
    const state = { type: type.name, key, state: { ...last?.state, ...told }, at };
    // Said once more: nothing to write, but what happened before it comes too late.
    if (last && isDeepStrictEqual(state.state, last.state)) {
      (this.#states.has(ref) ? this.#states : this.#repeated).set(ref, state);
      return;
    }
    this.#repeated.delete(ref);
    this.#states.set(ref, state);
  }

  #stateIn(type: AnyObjectType, event: EventRecord): JsonObject | undefined {
    const { member } = splitName(event.type);
    const tells = type.state && Object.hasOwn(type.state, member) ? type.state[member] : undefined;
    if (typeof tells !== 'function') return tells;
    const { registry, logger } = this.planning;
    try {
      // The data has been parsed by the schema that the function was typed with.
      return registry.inScopeOf(type.name, () => tells(event.data as never));
    } catch (error) {
      logger.warn({ err: error, event: event.type }, 'A plugin could not tell the state of an object');
      return undefined;
    }
  }
}

function tellsOfEnd({ ends = [] }: AnyObjectType, { type }: EventRecord): boolean {
  return ends.includes(splitName(type).member);
}

const defaults = new WeakMap<AnyObjectType, JsonObject>();

/** The settings of an object of which nothing is known; undefined when the type cannot do without. */
function defaultSettings(type: AnyObjectType): JsonObject | undefined {
  let settings = defaults.get(type);
  if (!settings) {
    const parsed = settingsSchema(type).safeParse({});
    if (!parsed.success) return undefined;
    defaults.set(type, (settings = parsed.data as JsonObject));
  }
  return settings;
}

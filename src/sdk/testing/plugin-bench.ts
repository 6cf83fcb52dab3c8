import { randomUUID } from 'node:crypto';
import { ReplaySubject, Subject } from 'rxjs';
import { systemClock, type Clock } from '../clock.ts';
import type { ExtensionPoint } from '../extension.ts';
import { ExtensionSet } from '../extension-set.ts';
import { createHttpClient } from '../http-client.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { Logger } from '../logger.ts';
import type { InboundEvent } from '../inbound.ts';
import type { AnyObjectType, ObjectView } from '../object-type.ts';
import { pluginProblems } from '../plugin-check.ts';
import { PluginSession } from '../plugin-session.ts';
import { createTcpConnector } from '../tcp-connector.ts';
import type { Notice } from '../notice.ts';
import type { AnyPlugin, Discovery, Emission, Emitted, ObjectRef } from '../plugin.ts';
import {
  attemptAction,
  tryObject,
  type AttemptOptions,
  type TestOutcome,
  type TrialOutcome,
} from './action-run.ts';
import { EventLog, type TestEvent } from './event-log.ts';
import { readInbound, type InboundPost } from './inbound-run.ts';
import { parse } from './parse.ts';
import { ServedRequests } from './served-requests.ts';

interface BenchObject {
  readonly type: string;
  readonly key: string;
  readonly name?: string;
  readonly tags?: readonly string[];
  readonly settings?: unknown;
  readonly state?: JsonObject;
  readonly changedAt?: number;
}

interface BenchOptions {
  readonly settings?: unknown;
  readonly objects?: readonly BenchObject[];
  readonly logger?: Logger;
  readonly clock?: Clock;
}

/** The object of an action or a test. */
type BenchTarget = Omit<BenchObject, 'type' | 'key'> & { readonly key?: string };

const silence = (): void => undefined;
const silent: Logger = { debug: silence, info: silence, warn: silence, error: silence };

/** Surroundings for one plugin: what `startPlugin` hands out, without its types. */
export class PluginBench implements AsyncDisposable {
  readonly settings: unknown;
  readonly refused: { name: string; error: Error }[] = [];
  readonly #plugin: AnyPlugin;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #http = createHttpClient();
  readonly #tcp = createTcpConnector();
  readonly #served = new ServedRequests();
  readonly #log = new EventLog();
  readonly #objects = new Map<string, ObjectView>();
  readonly #changes = new Subject<ObjectRef>();
  readonly #notices = new ReplaySubject<Notice>();
  readonly #extensions = new ExtensionSet();
  readonly #ids = new Map<string, string>();
  readonly #session: PluginSession;
  readonly #stopped = new AbortController();
  /** What the plugin failed with, until somebody hears of it. */
  #unheard: { readonly error: unknown } | undefined;

  constructor(
    plugin: AnyPlugin,
    { settings, objects = [], logger = silent, clock = systemClock }: BenchOptions,
  ) {
    const problems = pluginProblems(plugin);
    if (problems.length > 0) throw new Error(`plugin ${plugin.name}: ${problems.join('; ')}`);
    this.#plugin = plugin;
    this.#logger = logger;
    this.#clock = clock;
    this.settings = parse(plugin.settings, settings, [plugin.name, 'settings']);
    for (const object of objects) this.addObject(object);
    this.#session = new PluginSession(plugin, {
      settings: this.settings,
      logger,
      clock,
      http: this.#http,
      connect: this.#tcp.connect,
      lookup: this.#tcp.lookup,
      dispatcher: (options) => this.#http.dispatcher(plugin.name, options),
      serve: (prefix, handler) => this.#served.serve(prefix, handler),
      // None of them is switched off here.
      objects: (type) => this.#objectsOf(type),
      object: (type, key) => this.#objects.get(`${this.#type(type).name}/${key}`),
      changes: this.#changes,
      notices: this.#notices,
      extensions: this.#extensions,
      emit: (name, emission) => this.#emit(name, emission),
      discovered: (type, found) => this.#discovered(type, found),
    });
  }

  async start(): Promise<void> {
    try {
      await this.#session.start();
      await this.#served.ready();
    } catch (error) {
      await Promise.allSettled([this.#session.close(), this.#served.close(), this.#http.close()]);
      throw error;
    }
    this.#session.ended.catch((error: unknown) => {
      this.#unheard = { error };
    });
  }

  get events(): readonly TestEvent[] {
    return this.#log.events;
  }

  get url(): string {
    return this.#served.url;
  }

  get ended(): Promise<void> {
    return this.#session.ended.catch((error: unknown) => {
      this.#unheard = undefined;
      throw error;
    });
  }

  async nextEvent(name: string, { timeoutMs = 5_000 }: { timeoutMs?: number } = {}): Promise<TestEvent> {
    try {
      return await this.#log.next(name, timeoutMs, this.#session.ended);
    } catch (error) {
      if (error === this.#unheard?.error) this.#unheard = undefined;
      throw error;
    }
  }

  async runAction(
    name: string,
    run: AttemptOptions & {
      readonly object: BenchTarget;
      readonly input: unknown;
    },
  ): Promise<TestOutcome> {
    const type = this.#type(halves(name).type);
    const action = own(type.actions, halves(name).member);
    if (!action) throw new Error(`plugin ${this.#plugin.name} has no action "${name}"`);
    return attemptAction(action, {
      ...run,
      object: this.#viewOf(type, { key: 'test', ...run.object }, name),
      input: parse(action.input, run.input, [name, 'input']),
      http: this.#http,
      connect: this.#tcp.connect,
      lookup: this.#tcp.lookup,
      extensions: (point) => this.#extensions.at(point),
      logger: this.#logger,
      signal: this.#untilStopped(run.signal),
    });
  }

  async runTest(
    name: string,
    { object, signal }: { readonly object: BenchTarget; readonly signal?: AbortSignal },
  ): Promise<TrialOutcome> {
    const type = this.#type(name);
    if (!type.test) throw new Error(`plugin ${this.#plugin.name} has no test of the object type "${name}"`);
    // `never` is how AnyObjectType forgets its types; the settings were parsed by the type's own schema.
    return tryObject(async (context) => type.test?.(context as never), {
      object: this.#viewOf(type, { key: 'test', ...object }, name),
      http: this.#http,
      connect: this.#tcp.connect,
      lookup: this.#tcp.lookup,
      extensions: (point) => this.#extensions.at(point),
      logger: this.#logger,
      signal: this.#untilStopped(signal),
    });
  }

  readInbound(
    name: string,
    { object, ...post }: InboundPost & { readonly object: BenchTarget },
  ): readonly InboundEvent[] {
    const type = this.#type(name);
    if (!type.inbound) throw new Error(`objects of type "${name}" are no inbound endpoints`);
    return readInbound(type.inbound, this.#viewOf(type, { key: 'test', ...object }, name), post);
  }

  showView(
    name: string,
    view: string,
    { object, query }: { readonly object: BenchTarget; readonly query?: Readonly<Record<string, string>> },
  ): JsonValue {
    const type = this.#type(name);
    const found = own(type.views, view);
    if (!found) throw new Error(`objects of type "${name}" have no view "${view}"`);
    // `never`: see `runTest`.
    return found.show({
      object: this.#viewOf(type, { key: 'test', ...object }, name),
      query: parse(found.query, query, [name, view]),
      now: this.#clock.now(),
    } as never);
  }

  objects(type: string): readonly ObjectView[] {
    return this.#objectsOf(type);
  }

  addObject(object: BenchObject): void {
    const ref = `${object.type}/${object.key}`;
    const type = this.#type(object.type);
    const view = this.#viewOf(type, object, ref);
    // `never`: see `runTest`.
    const [problem] = type.check?.(view.settings as never) ?? [];
    if (problem) throw new Error(`${ref}: settings.${problem.path.join('.')}: ${problem.message}`);
    this.#objects.set(ref, view);
    this.#changes.next({ type: object.type, key: object.key });
  }

  removeObject(type: string, key: string): void {
    if (this.#objects.delete(`${type}/${key}`)) this.#changes.next({ type, key });
  }

  provide<T>(point: ExtensionPoint<T>, name: string, implementation: T): () => void {
    return this.#extensions.add(point, name, implementation);
  }

  extension<T>(point: ExtensionPoint<T>, name: string): T {
    const offers = this.#extensions.at(point);
    const found = offers.get(name);
    if (found === undefined)
      throw new Error(
        `nobody offers "${name}" at ${point.name}; offered: ${[...offers.keys()].join(', ') || 'nothing'}`,
      );
    return found;
  }

  tell(notice: Omit<Notice, 'id' | 'time'>): void {
    this.#notices.next({ id: randomUUID(), time: new Date(), ...notice });
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    try {
      await this.#session.close();
    } finally {
      this.#tcp.close();
      await this.#served.close();
      await this.#http.close();
    }
    const failure = this.#unheard;
    this.#unheard = undefined;
    if (failure) throw failure.error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #untilStopped(signal: AbortSignal | undefined): AbortSignal {
    return AbortSignal.any([this.#stopped.signal, ...(signal ? [signal] : [])]);
  }

  async #emit(name: string, emission: Emission<unknown>): Promise<Emitted> {
    try {
      return await Promise.resolve(this.#accept(name, emission));
    } catch (error) {
      this.refused.push({ name, error: error instanceof Error ? error : new Error(String(error)) });
      throw error;
    }
  }

  #accept(name: string, emission: Emission<unknown>): Emitted {
    const { object, time = new Date(), id, causedBy } = emission;
    const type = this.#type(halves(name).type);
    const schema = own(type.events, halves(name).member);
    if (!schema) throw new Error(`plugin ${this.#plugin.name} does not declare the event "${name}"`);
    checkInstance(type, name, object);
    const data = parse(schema, emission.data, [name, 'data']);
    const known = id === undefined ? undefined : this.#ids.get(id);
    if (known !== undefined) return { id: known, duplicate: true };
    const stored = randomUUID();
    if (id !== undefined) this.#ids.set(id, stored);
    this.#log.add({
      name,
      data,
      time,
      ...(object !== undefined && { object }),
      ...(id !== undefined && { id }),
      ...(causedBy && { causedBy }),
    });
    return { id: stored, duplicate: false };
  }

  async #discovered(type: string, found: readonly Discovery[]): Promise<readonly string[]> {
    const known = new Map(this.#objectsOf(type).map((object) => [object.key, object]));
    for (const { state, ...discovery } of found) {
      const { settings, ...there } = known.get(discovery.key) ?? { ...discovery, type };
      this.addObject({ ...there, type, settings, state: { ...known.get(discovery.key)?.state, ...state } });
    }
    return Promise.resolve(found.map(({ key }) => key).filter((key) => !known.has(key)));
  }

  #viewOf(type: AnyObjectType, object: Omit<BenchObject, 'type'>, subject: string): ObjectView {
    const { key, name = key, tags = [], state, changedAt = this.#clock.now() } = object;
    return {
      ...{ type: type.name, key, name, tags, changedAt },
      settings: parse(type.settings, object.settings, [subject, 'settings']),
      ...(state && { state }),
    };
  }

  #objectsOf(type: string): readonly ObjectView[] {
    const { name } = this.#type(type);
    return [...this.#objects.values()]
      .filter((object) => object.type === name)
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  #type(name: string): AnyObjectType {
    const type = this.#plugin.types.find((candidate) => candidate.name === name);
    if (!type) throw new Error(`plugin ${this.#plugin.name} does not declare the object type "${name}"`);
    return type;
  }
}

function checkInstance(type: AnyObjectType, name: string, object: string | undefined): void {
  const { instances = 'optional' } = type;
  if (instances === 'required' && object === undefined && !type.subjects)
    throw new Error(`${name} must name the ${type.name} that it is about`);
  if (instances === 'none' && object !== undefined)
    throw new Error(`${name} must not name an object: ${type.name} has none`);
}

function halves(name: string): { readonly type: string; readonly member: string } {
  const dot = name.indexOf('.');
  return { type: name.slice(0, dot), member: name.slice(dot + 1) };
}

function own<T>(members: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return members && Object.hasOwn(members, name) ? members[name] : undefined;
}

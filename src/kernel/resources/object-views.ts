import { Inject, Injectable } from '@nestjs/common';
import type { ObjectRecord } from '../../domain/records.ts';
import type { ObjectView } from '../../sdk/index.ts';
import { deepFreeze } from '../deep-freeze.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import { ResourceIndex } from './resource-index.ts';
import { GrowingRedactor } from '../redaction/growing-redactor.ts';
import { secretValues, type Redact } from '../redaction/redactor.ts';
import { settingsSchema } from './settings-parser.ts';

type Lists = Map<string, { readonly version: number; readonly list: readonly ObjectView[] }>;

/** Objects as their own plugins see them: settings parsed, secrets in clear. Those switched off are left out unless asked for. */
@Injectable()
export class ObjectViews {
  // A record is replaced, never changed.
  readonly #views = new WeakMap<ObjectRecord, ObjectView | 'unfit'>();
  readonly #lists: Lists = new Map();
  readonly #allLists: Lists = new Map();
  readonly #redactors = new Map<string, { version: string; readonly redactor: GrowingRedactor }>();
  readonly #secrets = new WeakMap<ObjectRecord, readonly string[]>();

  constructor(
    private readonly registry: PluginRegistry,
    private readonly index: ResourceIndex,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {
    registry.redactWith((plugin, text) => this.redactorOf(plugin)(text));
  }

  /** In the order of their keys. The same array until an object of the type changes. */
  list(type: string, { disabled = false }: { readonly disabled?: boolean } = {}): readonly ObjectView[] {
    const version = this.index.version(type);
    const lists = disabled ? this.#allLists : this.#lists;
    const known = lists.get(type);
    if (known?.version === version) return known.list;
    const records = this.index.objects({ type }).filter(({ enabled }) => enabled || disabled);
    const list = Object.freeze(records.flatMap((record) => this.#of(record) ?? []));
    lists.set(type, { version, list });
    return list;
  }

  get(type: string, key: string): ObjectView | undefined {
    const record = this.index.object(type, key);
    return record?.enabled === true ? this.#of(record) : undefined;
  }

  /** Any, switched off or not; undefined when its settings do not fit its type any more. */
  of(record: ObjectRecord): ObjectView | undefined {
    return this.#of(record);
  }

  /** The secrets in the settings of an object. */
  secretsOf(type: string, key: string): readonly string[] {
    const [record, known] = [this.index.object(type, key), this.registry.type(type)];
    if (!record || !known) return [];
    let secrets = this.#secrets.get(record);
    if (!secrets) this.#secrets.set(record, (secrets = secretValues(settingsSchema(known), record.settings)));
    return secrets;
  }

  /** Takes the secrets of all objects of a plugin out of a text. */
  redactorOf(plugin: string): Redact {
    const types = this.registry.plugin(plugin)?.types ?? [];
    const version = types.map((type) => this.index.version(type)).join();
    let known = this.#redactors.get(plugin);
    if (known?.version === version) return known.redactor.redact;
    const secrets = types.flatMap((type) =>
      this.index.objects({ type }).flatMap(({ key }) => this.secretsOf(type, key)),
    );
    if (!known) this.#redactors.set(plugin, (known = { version, redactor: new GrowingRedactor() }));
    known.version = version;
    known.redactor.update(new Set(secrets));
    return known.redactor.redact;
  }

  #of(record: ObjectRecord): ObjectView | undefined {
    let view = this.#views.get(record);
    if (!view) this.#views.set(record, (view = this.#make(record)));
    return view === 'unfit' ? undefined : view;
  }

  #make({ type: typeName, key, name, tags, settings, changedAt }: ObjectRecord): ObjectView | 'unfit' {
    const type = this.registry.type(typeName);
    const parsed = type && settingsSchema(type).safeParse(settings);
    if (!parsed?.success) {
      const fields = { object: `${typeName}/${key}`, err: parsed?.error };
      this.logger.warn(fields, 'An object is left out: its settings do not fit its type any more');
      return 'unfit';
    }
    const { index } = this;
    return Object.freeze({
      ...{ type: typeName, key, name, tags, changedAt, settings: deepFreeze(parsed.data) },
      get state() {
        return index.state(typeName, key)?.state;
      },
    });
  }
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ObjectRecord, TaskRecord } from '../../domain/records.ts';
import { versionTime } from '../../domain/version-time.ts';
import type { JsonObject } from '../../sdk/index.ts';
import type { PluginRegistry } from '../plugins/plugin-registry.ts';
import type { Resealed, ResourceStorePort, Resources, SecretStorePort } from '../ports.ts';
import { holdsSecrets } from '../redaction/settings-secrets.ts';
import type { Keyring } from './keyring.ts';
import type { Opened, RecordSeal } from './record-seal.ts';

/** Runs that are looked at together; others may write in between. */
const portion = 500;

/** So often the same runs are looked at anew. They change when somebody tries them again, and nobody does so that often. */
const mostLooks = 10;

export interface Survey {
  /** All that is configured, secrets in clear. */
  readonly resources: Resources;
  /** What is not stored as it should be, as it should be. */
  readonly stale: Pick<Resealed, 'objects' | 'tasks' | 'outbox'>;
  /** Some of it stood in clear. */
  readonly exposed: boolean;
  /** Whose secrets cannot be opened. */
  readonly unreadable: readonly Unreadable[];
}

export interface Unreadable {
  readonly kind: 'object' | 'task';
  /** `webhook/ops`, `tell-ops` */
  readonly id: string;
  readonly name: string;
  /** It was switched on until now. */
  readonly wasOn: boolean;
}

interface Thorough {
  /** What plugins that are not loaded have in clear may be secret, too. */
  readonly thorough: boolean;
}

/** Looks at what is stored, and seals anew what is in clear or under another key. */
export class Resealing {
  constructor(
    private readonly stores: { readonly resources: ResourceStorePort; readonly secrets: SecretStorePort },
    private readonly seal: RecordSeal,
    private readonly keyring: Keyring,
    private readonly registry: PluginRegistry,
  ) {}

  async survey({ thorough }: Thorough): Promise<Survey> {
    const kept = await this.stores.resources.load();
    const waiting = await this.stores.resources.outbox();
    const now = Date.now();
    const objects = await inPortions(kept.objects, (object) =>
      looked(object, this.seal.openObject(object), offObject(now)),
    );
    const tasks = await inPortions(kept.tasks, (task) =>
      looked(task, this.seal.openTask(task), offTask(now)),
    );
    const outbox = waiting.map((record) => looked(record, this.seal.openOutbox(record), (same) => same));
    const isStale = this.#isStale(thorough);
    const found = {
      objects: await inPortions(objects, (one) =>
        anew(one, isStale, (object) => this.seal.object(object), settingsOf),
      ),
      tasks: await inPortions(tasks, (one) => anew(one, isStale, (task) => this.seal.task(task), settingsOf)),
      outbox: outbox.flatMap((one) =>
        anew(
          one,
          isStale,
          (record) => this.seal.outbox(record),
          ({ object }) => object.settings,
        ),
      ),
    };
    const stale = { ...found, objects: found.objects.flat(), tasks: found.tasks.flat() };
    return {
      resources: {
        ...kept,
        objects: objects.map(({ record }) => record),
        tasks: tasks.map(({ record }) => record),
      },
      stale: {
        objects: stale.objects.map(({ record }) => record),
        tasks: stale.tasks.map(({ record }) => record),
        outbox: stale.outbox.map(({ record }) => record),
      },
      exposed: [stale.objects, stale.tasks, stale.outbox].some((list) => list.some(({ inClear }) => inClear)),
      unreadable: [
        ...objects.filter(isUnreadable).map(({ kept: { type, key, name, enabled } }) => ({
          ...({ kind: 'object', id: `${type}/${key}`, name, wasOn: enabled } as const),
        })),
        ...tasks.filter(isUnreadable).map(({ kept: { id, name, enabled } }) => ({
          ...({ kind: 'task', id, name, wasOn: enabled } as const),
        })),
      ],
    };
  }

  /** What runs keep of their tasks' settings. `exposed` is waited for before the first that stood in clear is sealed. */
  async runs({ thorough, exposed }: Thorough & { readonly exposed: () => Promise<void> }): Promise<void> {
    const harmless = this.registry
      .actions()
      .flatMap(([name, { input }]) => (holdsSecrets(input) ? [] : [name]));
    const isStale = this.#isStale(thorough);
    let after: string | undefined = '';
    let told = false;
    for (let looks = 1; after !== undefined;) {
      const { items, next } = await this.stores.secrets.inputs({ after, limit: portion, harmless });
      const all = items.map((run) => looked(run, this.seal.openRun(run), (same) => same));
      const found = all.flatMap((one) =>
        anew(
          one,
          isStale,
          (run) => ({ ...run, input: this.seal.input(run, run.input) }),
          ({ input }) => input,
        ),
      );
      if (!told && found.some(({ inClear }) => inClear)) {
        await exposed();
        told = true;
      }
      const runs = found.map(({ record }) => record);
      const missed = runs.length > 0 ? await this.stores.secrets.reseal({ runs }) : 0;
      if (missed > 0 && looks++ < mostLooks) continue;
      if (missed > 0) throw new Error(`${missed} runs were changed each time that they were sealed anew`);
      [after, looks] = [next, 1];
      await nextTurn();
    }
  }

  #isStale(thorough: boolean): (opened: Opened<unknown>) => boolean {
    return ({ keyId, plain }) => {
      if (keyId === undefined && !plain && !thorough) return false;
      return keyId !== this.keyring.box.keyId || plain;
    };
  }
}

/** A record as it stands in the database, and as it is to be worked with. */
interface Looked<R> extends Opened<R> {
  readonly kept: R;
}

/** Nothing is done with half of the settings: an optional secret that is missing would go unnoticed. */
function looked<R>(kept: R, opened: Opened<R>, off: (record: R) => R): Looked<R> {
  return { ...opened, kept, record: opened.unreadable ? off(opened.record) : opened.record };
}

interface Anew<R> {
  readonly record: R;
  readonly inClear: boolean;
}

/** How a record is to be put; nothing where it may stay as it is. What cannot be opened stays sealed: the key may be found again. */
function anew<R extends object>(
  { kept, record, unreadable, ...opened }: Looked<R>,
  isStale: (opened: Opened<unknown>) => boolean,
  seal: (record: R) => R,
  documentOf: (record: R) => JsonObject,
): readonly Anew<R>[] {
  if (unreadable) {
    const isOff = !('enabled' in kept) || kept.enabled === false;
    return isOff ? [] : [{ record: withSettings(record, kept), inClear: false }];
  }
  if (!isStale({ ...opened, record, unreadable })) return [];
  const sealed = seal(record);
  if (documentOf(sealed) === documentOf(record)) return [];
  return [{ record: sealed, inClear: opened.keyId === undefined || opened.plain }];
}

function withSettings<R extends object>(record: R, kept: R): R {
  return 'settings' in kept ? { ...record, settings: kept.settings } : record;
}

function settingsOf({ settings }: { readonly settings: JsonObject }): JsonObject {
  return settings;
}

function isUnreadable({ unreadable }: Opened<unknown>): boolean {
  return unreadable;
}

function offObject(now: number): (record: ObjectRecord) => ObjectRecord {
  return (record) => (record.enabled ? { ...offAt(now, record), changedAt: now } : record);
}

function offTask(now: number): (record: TaskRecord) => TaskRecord {
  return (record) => (record.enabled ? offAt(now, record) : record);
}

function offAt<R extends ObjectRecord | TaskRecord>(now: number, record: R): R {
  return { ...record, enabled: false, updatedAt: versionTime(now, record) };
}

/** Others have their turn in between. */
async function inPortions<T, R>(all: readonly T[], work: (one: T) => R): Promise<readonly R[]> {
  const done: R[] = [];
  for (let i = 0; i < all.length; i += portion) {
    done.push(...all.slice(i, i + portion).map(work));
    await nextTurn();
  }
  return done;
}

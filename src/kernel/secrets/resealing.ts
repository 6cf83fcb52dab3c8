import type { JsonObject } from '../../sdk/index.ts';
import type { PluginRegistry } from '../plugins/plugin-registry.ts';
import type {
  KeptInput,
  OutboxRecord,
  Resealed,
  ResourceStorePort,
  Resources,
  SecretStorePort,
} from '../ports.ts';
import { holdsSecrets } from '../redaction/settings-secrets.ts';
import type { Keyring } from './keyring.ts';
import type { Opened, RecordSeal } from './record-seal.ts';

/** Runs that are looked at together. */
const portion = 500;

export interface Survey {
  /** All that is configured, secrets in clear. */
  readonly resources: Resources;
  /** What is not sealed as it should be, as it should be. */
  readonly stale: Pick<Resealed, 'objects' | 'tasks' | 'outbox'>;
  /** Whose secrets cannot be opened: `object webhook/ops`, `task tell-ops`. */
  readonly unreadable: readonly string[];
}

/** Looks at what is stored, and seals anew what is in clear or under another key. */
export class Resealing {
  constructor(
    private readonly stores: { readonly resources: ResourceStorePort; readonly secrets: SecretStorePort },
    private readonly seal: RecordSeal,
    private readonly keyring: Keyring,
    private readonly registry: PluginRegistry,
  ) {}

  /** `thorough`: what plugins that are not loaded have in clear may be secret, too. */
  async survey({ thorough }: { readonly thorough: boolean }): Promise<Survey> {
    const kept = await this.stores.resources.load();
    const waiting = await this.stores.resources.outbox();
    const objects = kept.objects.map((object) => this.seal.openObject(object));
    const tasks = kept.tasks.map((task) => this.seal.openTask(task));
    const outbox = waiting.map((record) => this.seal.openOutbox(record));
    return {
      resources: { ...kept, objects: objects.map(offIfUnreadable), tasks: tasks.map(offIfUnreadable) },
      stale: {
        objects: this.#stale(objects, (object) => this.seal.object(object), {
          thorough,
          lost: off,
          settings,
        }),
        tasks: this.#stale(tasks, (task) => this.seal.task(task), { thorough, lost: off, settings }),
        outbox: this.#stale(outbox, (record) => this.seal.outbox(record), {
          thorough,
          lost: (record) => record,
          settings: ({ object }: OutboxRecord) => object.settings,
        }),
      },
      unreadable: [
        ...objects.filter(unreadable).map(({ record }) => `object ${record.type}/${record.key}`),
        ...tasks.filter(unreadable).map(({ record }) => `task ${record.id}`),
      ],
    };
  }

  /** What runs keep of their tasks' settings. */
  async runs({ thorough }: { readonly thorough: boolean }): Promise<void> {
    const harmless = this.registry
      .actions()
      .flatMap(([name, { input }]) => (holdsSecrets(input) ? [] : [name]));
    let after = '';
    for (;;) {
      const page = await this.stores.secrets.inputs({ after, limit: portion, harmless });
      const last = page.at(-1);
      if (!last) return;
      after = last.id;
      const opened = page.map((run) => this.seal.openRun(run));
      const runs = this.#stale(opened, (run) => ({ ...run, input: this.seal.input(run, run.input) }), {
        thorough,
        lost: (run) => run,
        settings: ({ input }: KeptInput) => input,
      });
      if (runs.length > 0) await this.stores.secrets.reseal({ runs });
    }
  }

  #stale<R>(
    all: readonly Opened<R>[],
    seal: (record: R) => R,
    {
      thorough,
      lost,
      settings: of,
    }: {
      readonly thorough: boolean;
      readonly lost: (record: R) => R;
      readonly settings: (record: R) => JsonObject;
    },
  ): readonly R[] {
    return all.flatMap(({ record, unreadable, keyId, plain }) => {
      if (unreadable) return this.#isLost(keyId) ? [lost(record)] : [];
      if (keyId === undefined && !plain && !thorough) return [];
      if (keyId === this.keyring.box.keyId && !plain) return [];
      const sealed = seal(record);
      return of(sealed) === of(record) ? [] : [sealed];
    });
  }

  #isLost(keyId: string | undefined): boolean {
    return keyId !== undefined && this.keyring.source.lost.includes(keyId);
  }
}

function settings({ settings: document }: { readonly settings: JsonObject }): JsonObject {
  return document;
}

function unreadable(opened: Opened<unknown>): boolean {
  return opened.unreadable;
}

function off<R extends { readonly enabled: boolean }>(record: R): R {
  return { ...record, enabled: false };
}

/** Nothing is done with half of the settings: an optional secret that is missing would go unnoticed. */
function offIfUnreadable<R extends { readonly enabled: boolean }>({
  record,
  unreadable: isOff,
}: Opened<R>): R {
  return isOff ? off(record) : record;
}

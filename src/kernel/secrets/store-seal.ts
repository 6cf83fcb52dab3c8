import { setImmediate as nextTurn } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { SignalboxError } from '../../domain/errors.ts';
import { auditEntry, type AuditFact } from '../audit/audit-entry.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import type {
  HistoryPort,
  JournalPort,
  KeyUse,
  Resealed,
  ResourceStorePort,
  Resources,
  RunQueuePort,
  SecretStorePort,
} from '../ports.ts';
import { Serial } from '../serial.ts';
import { Keyring } from './keyring.ts';
import { RecordSeal } from './record-seal.ts';
import { Resealing, type Unreadable } from './resealing.ts';
import { sealedResources } from './sealed-resources.ts';
import { sealedHistory, sealedJournal, sealedQueue, Writes } from './sealed-runs.ts';
import { newSecretKey } from './secret-key.ts';

/** The parts of the storage that secrets pass through. */
export interface SealableStore {
  readonly resources: ResourceStorePort;
  readonly journal: JournalPort;
  readonly queue: RunQueuePort;
  readonly history: HistoryPort;
  readonly secrets: SecretStorePort;
}

/** How the secrets of this installation are sealed. */
export interface SecretsStatus {
  /** Id of the key that is sealed with. */
  readonly key: string;
  /** Since when, epoch ms. */
  readonly since: number;
  /** Where the key is, for people. */
  readonly from: string;
  /** Whether Signalbox itself can change the key. */
  readonly rotatable: boolean;
  /** Ids of older keys that something may still be sealed with: a rotation has not come to its end. */
  readonly older: readonly string[];
  /** What is switched off until its secrets are given again: `object webhook/ops`. */
  readonly unreadable: readonly string[];
}

/** Documents that are put anew in one transaction while others want to write, too. */
const portion = 500;

/** Stands between the kernel and the storage: what is secret is sealed on its way down and opened on its way up. */
@Injectable()
export class StoreSeal {
  readonly #serial = new Serial();
  readonly #writes = new Writes();
  #store: SealableStore | undefined;
  #unreadable: ReadonlySet<string> = new Set();
  #rotation: Promise<void> | undefined;

  constructor(
    private readonly registry: PluginRegistry,
    private readonly keyring: Keyring,
    private readonly seal: RecordSeal,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  /**
   * Looks whether the keys are there that something in the database may be sealed with. Throws SECRET_KEY_MISSING and
   * SECRET_KEY_WRONG.
   */
  checkKeys(needed: readonly string[]): void {
    this.keyring.check(needed);
  }

  /** The same parts, for the kernel. */
  around(store: SealableStore): SealableStore {
    this.#store = store;
    return {
      resources: sealedResources(store.resources, this.seal, {
        serial: this.#serial,
        load: () => this.#load(store),
        mended: (name) => {
          this.#mended(name);
        },
      }),
      journal: sealedJournal(store.journal, this.seal, this.#writes),
      queue: sealedQueue(store.queue, this.seal, this.#writes),
      history: sealedHistory(store.history, this.seal),
      secrets: store.secrets,
    };
  }

  async status(): Promise<SecretsStatus> {
    const uses = await this.#stored.secrets.keys();
    const key = this.keyring.box.keyId;
    return {
      key,
      since: uses.find(({ id }) => id === key)?.since ?? 0,
      from: this.keyring.source.where,
      rotatable: this.keyring.source.store !== undefined,
      older: uses.map(({ id }) => id).filter((id) => id !== key),
      unreadable: [...this.#unreadable].sort(),
    };
  }

  /**
   * Makes a new key and seals everything anew with it; the old one is dropped when nothing uses it. One that was cut off is taken
   * up where it was. Throws SECRET_KEY_FIXED where people look after the key.
   */
  rotate(): Promise<void> {
    this.#rotation ??= this.#rotate(this.#stored).finally(() => (this.#rotation = undefined));
    return this.#rotation;
  }

  get #stored(): SealableStore {
    if (!this.#store) throw new Error('there is no store to seal');
    return this.#store;
  }

  /** Nothing is lost between any two steps: the key file has all keys that the database names, and is written first. */
  async #rotate({ resources, secrets }: SealableStore): Promise<void> {
    const { source } = this.keyring;
    if (!source.store) throw fixedKey(source.where);
    const [current, ...older] = this.keyring.keys;
    if (!current) throw new Error('there is no key');
    const next = older.length > 0 ? current : newSecretKey();
    const keys = older.length > 0 ? ([current, ...older] as const) : ([next, current] as const);
    await source.store(keys);
    const uses = await secrets.keys();
    const clean = uses.every((use) => use.clean);
    const others = uses.filter(({ id }) => id !== next.id);
    await secrets.reseal({
      keys: [{ id: next.id, since: Date.now(), clean }, ...others],
      audit: [auditEntry(rotatedFact(next.id))],
    });
    this.keyring.use(keys);
    // What was sealed before reaches the disk before it is looked at.
    await this.#writes.ended();
    const resealing = new Resealing({ resources, secrets }, this.seal, this.keyring, this.registry);
    await this.#serial.run(async () => {
      const { stale, exposed } = await resealing.survey({ thorough: false });
      if (exposed) await markUnclean(secrets);
      for (const part of portions(stale)) {
        await secrets.reseal(part);
        // SQLite answers at once: nobody else would have their turn.
        await nextTurn();
      }
    });
    await this.#finish(secrets, { runs: (await this.#runs(resealing, secrets)) || !clean });
    this.logger.info({ key: next.id }, 'All secrets are sealed with a new key');
  }

  /** Whether some of them stood in clear. */
  async #runs(resealing: Resealing, secrets: SecretStorePort, thorough = false): Promise<boolean> {
    let exposed = false;
    await resealing.runs({
      thorough,
      exposed: async () => {
        exposed = true;
        await markUnclean(secrets);
      },
    });
    return exposed;
  }

  /** The old keys are needed no more. `runs`: some of them stood in clear, now or at an earlier start. */
  async #finish(secrets: SecretStorePort, what: { readonly runs: boolean }): Promise<void> {
    const { keyId } = this.keyring.box;
    const use = (await secrets.keys()).find(({ id }) => id === keyId);
    if (!use) throw new Error('the key is not noted');
    await secrets.reseal({ keys: [use] });
    await this.#clean(secrets, use, what);
    await this.#dropOlder();
  }

  async #dropOlder(): Promise<void> {
    const { keys, source } = this.keyring;
    const [current] = keys;
    if (!current || keys.length === 1) return;
    try {
      // Where people look after the keys, they take the old one away.
      await source.store?.([current]);
    } catch (err) {
      this.logger.warn(
        { err, from: source.where },
        'Older keys, which nothing needs any more, cannot be put aside',
      );
    }
    this.keyring.retire();
  }

  /** Waits for the next start where it cannot be done now. */
  async #clean(secrets: SecretStorePort, use: KeyUse, what: { readonly runs: boolean }): Promise<void> {
    try {
      // One sealed text in the place of another one needs no more.
      if (use.clean) {
        await secrets.emptyLog();
        return;
      }
      await secrets.scrub(what);
      await secrets.reseal({ keys: [{ ...use, clean: true }] });
    } catch (err) {
      this.logger.warn({ err }, 'What the database keeps of deleted rows cannot be overwritten now');
    }
  }

  async #load({ resources, secrets }: SealableStore): Promise<Resources> {
    const uses = await secrets.keys();
    await this.keyring.unlock(uses.map(({ id }) => id));
    const current = uses.find(({ id }) => id === this.keyring.box.keyId);
    const settled = uses.length === 1 && current?.clean === true;
    const thorough = uses.every(({ clean }) => !clean);
    const resealing = new Resealing({ resources, secrets }, this.seal, this.keyring, this.registry);
    const survey = await resealing.survey({ thorough });
    this.#note(survey.unreadable.map(({ kind, id }) => `${kind} ${id}`));
    const { objects = [], tasks = [], outbox = [] } = survey.stale;
    const count = objects.length + tasks.length + outbox.length;
    if (settled && count === 0) {
      await this.#dropOlder();
      return survey.resources;
    }
    if (count > 0)
      this.logger.info({ records: count }, 'Secrets in clear or under another key are sealed now');
    const others = uses.filter(
      ({ id }) => id !== this.keyring.box.keyId && !this.keyring.source.lost.includes(id),
    );
    const key = this.keyring.box.keyId;
    const clean = !thorough && uses.every((use) => use.clean) && !survey.exposed;
    await secrets.reseal({
      ...survey.stale,
      keys: [{ id: key, since: current?.since ?? Date.now(), clean }, ...others],
      audit: [
        ...(uses.length > 0 && !current ? [rotatedFact(key)] : []),
        ...survey.unreadable.flatMap((one) => (one.wasOn ? [disabledFact(one)] : [])),
      ].map(auditEntry),
    });
    const resumed = uses.some((use) => !use.clean);
    await this.#finish(secrets, { runs: (await this.#runs(resealing, secrets, thorough)) || resumed });
    return survey.resources;
  }

  #note(unreadable: readonly string[]): void {
    this.#unreadable = new Set(unreadable);
    for (const name of unreadable)
      this.logger.error(
        { record: name },
        `The secrets of ${name} cannot be opened: they were changed, or belong to another record, or their key is lost. It is switched off until they are given again`,
      );
  }

  #mended(name: string): void {
    if (this.#unreadable.has(name))
      this.#unreadable = new Set([...this.#unreadable].filter((other) => other !== name));
  }
}

/** Before anything that stands in clear is sealed: it is to be overwritten then, at the next start if not now. */
async function markUnclean(secrets: SecretStorePort): Promise<void> {
  const uses = await secrets.keys();
  await secrets.reseal({ keys: uses.map((use) => ({ ...use, clean: false })) });
}

function rotatedFact(id: string): AuditFact {
  return { action: 'rotated', kind: 'key', resource: id };
}

function disabledFact({ kind, id, name }: Unreadable): AuditFact {
  return {
    ...{ action: 'disabled', kind, resource: id, name, details: { reason: 'secrets_unreadable' } },
    ...{ before: { enabled: true }, after: { enabled: false }, changed: ['enabled'] },
  };
}

function* portions({ objects = [], tasks = [], outbox = [] }: Resealed): Generator<Resealed> {
  for (let i = 0; i < objects.length; i += portion) yield { objects: objects.slice(i, i + portion) };
  for (let i = 0; i < tasks.length; i += portion) yield { tasks: tasks.slice(i, i + portion) };
  for (let i = 0; i < outbox.length; i += portion) yield { outbox: outbox.slice(i, i + portion) };
}

function fixedKey(where: string): SignalboxError {
  return new SignalboxError(
    'SECRET_KEY_FIXED',
    `the key comes from ${where}, which Signalbox does not write. Put a new key there and the old one into SIGNALBOX_SECRET_KEY_OLD, and restart: everything is sealed anew then`,
  );
}

import { Injectable } from '@nestjs/common';
import type { ObjectRecord, RunRecord, TaskRecord } from '../../domain/records.ts';
import type { JsonObject, z } from '../../sdk/index.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import type { OutboxRecord, ResourceChange } from '../ports.ts';
import { settingsSchema } from '../resources/settings-parser.ts';
import { fromColumn, hasGaps, join, split, stands, toColumn, type PlacedSecret } from './kept-document.ts';
import { Keyring } from './keyring.ts';
import { keyIdOf, type Identity, type SecretBox } from './secret-box.ts';

/** A document of a record, and what its type knows of it. */
interface Subject {
  readonly identity: Identity;
  /** Undefined where the plugin is not loaded. */
  readonly schema: z.ZodType | undefined;
}

/** A record as it was read. */
export interface Opened<R> {
  /** With the secrets in clear; null stands for those that cannot be opened. */
  readonly record: R;
  /** Its secrets were changed, or belong to another record, or their key is lost. */
  readonly unreadable: boolean;
  /** Id of the key that it is sealed with. */
  readonly keyId: string | undefined;
  /** Secrets stand in it unsealed. */
  readonly plain: boolean;
}

/** Knows which parts of which records are secret, and seals and opens them. */
@Injectable()
export class RecordSeal {
  /** Runs share the settings of their task: these are sealed once. */
  #inputs = new WeakMap<JsonObject, JsonObject>();
  readonly #openedInputs = new WeakMap<JsonObject, JsonObject>();
  #box: SecretBox | undefined;

  constructor(
    private readonly registry: PluginRegistry,
    private readonly keyring: Keyring,
  ) {}

  object(record: ObjectRecord): ObjectRecord {
    return { ...record, settings: this.#seal(this.#ofObject(record), record.settings) };
  }

  task(record: TaskRecord): TaskRecord {
    return { ...record, settings: this.#seal(this.#ofTask(record.id, record.action), record.settings) };
  }

  outbox(record: OutboxRecord): OutboxRecord {
    const { object } = record;
    return {
      ...record,
      object: { ...object, settings: this.#seal(this.#ofOutbox(record), object.settings) },
    };
  }

  /** What a run keeps of its task's settings is sealed as the task's. */
  input({ taskId, action }: Pick<RunRecord, 'taskId' | 'action'>, input: JsonObject): JsonObject {
    const subject = this.#ofTask(taskId, action);
    if (this.#box !== this.keyring.box) this.#inputs = new WeakMap();
    this.#box = this.keyring.box;
    let sealed = this.#inputs.get(input);
    if (!sealed) this.#inputs.set(input, (sealed = this.#seal(subject, input)));
    return sealed;
  }

  run(record: RunRecord): RunRecord {
    const input = this.input(record, record.input);
    return input === record.input ? record : { ...record, input };
  }

  openObject(kept: ObjectRecord): Opened<ObjectRecord> {
    const subject = this.#ofObject(kept);
    const opened = this.#open(subject, kept.settings, (settings) => ({ ...kept, settings }));
    const { schema } = subject;
    const { settings } = opened.record;
    // It was changed, say tagged, when its secrets could not be opened: they are not there any more.
    const gone = schema !== undefined && hasGaps(schema, settings) && !fits(schema, settings);
    return gone ? { ...opened, unreadable: true } : opened;
  }

  openTask(kept: TaskRecord): Opened<TaskRecord> {
    const subject = this.#ofTask(kept.id, kept.action);
    return this.#open(subject, kept.settings, (settings) => ({ ...kept, settings }));
  }

  openOutbox(kept: OutboxRecord): Opened<OutboxRecord> {
    return this.#open(this.#ofOutbox(kept), kept.object.settings, (settings) => ({
      ...kept,
      object: { ...kept.object, settings },
    }));
  }

  openRun<R extends Pick<RunRecord, 'taskId' | 'action' | 'input'>>(kept: R): Opened<R> {
    const subject = this.#ofTask(kept.taskId, kept.action);
    return this.#open(subject, kept.input, (input) => ({ ...kept, input: this.#shared(kept.input, input) }));
  }

  /** Runs that were read with one input go on with one: what is made of it is made once. */
  #shared(kept: JsonObject, input: JsonObject): JsonObject {
    const known = this.#openedInputs.get(kept);
    if (known) return known;
    this.#openedInputs.set(kept, input);
    return input;
  }

  #seal({ identity, schema }: Subject, document: JsonObject): JsonObject {
    const { open, secrets } = split(schema, document);
    if (secrets.length === 0) return document;
    return toColumn({ open, sealed: this.keyring.box.seal(identity, secrets) });
  }

  #open<R>(
    { identity, schema }: Subject,
    column: JsonObject,
    withDocument: (document: JsonObject) => R,
  ): Opened<R> {
    const { open, sealed } = fromColumn(column);
    const secrets =
      sealed === undefined
        ? []
        : (this.keyring.box.open(identity, sealed) as readonly PlacedSecret[] | undefined);
    const document = secrets ? join(open, secrets) : open;
    // What is secret can depend on the secrets themselves, so the whole document is judged. What a plugin that is not loaded keeps
    // secret was sealed when it was written.
    const plain =
      secrets !== undefined &&
      schema !== undefined &&
      split(schema, document).secrets.some((secret) => stands(open, secret));
    return {
      record: withDocument(document),
      unreadable: !secrets,
      keyId: sealed === undefined ? undefined : keyIdOf(sealed),
      plain,
    };
  }

  /** Whether null stands in the place of a secret, as in records whose secrets could not be opened. */
  hasGaps(change: Extract<ResourceChange, { readonly put: unknown }>): boolean {
    if (change.kind === 'object') return gapsIn(this.#ofObject(change.put), change.put.settings);
    if (change.kind !== 'task') return false;
    return gapsIn(this.#ofTask(change.put.id, change.put.action), change.put.settings);
  }

  #ofObject({ type, key }: ObjectRecord): Subject {
    const known = this.registry.type(type);
    return { identity: ['object', type, key], schema: known && settingsSchema(known) };
  }

  #ofTask(id: string, action: string): Subject {
    return { identity: ['task', id], schema: this.registry.action(action)?.action.input };
  }

  #ofOutbox({ id, object }: OutboxRecord): Subject {
    return { ...this.#ofObject(object), identity: ['outbox', id] };
  }
}

function gapsIn({ schema }: Subject, document: JsonObject): boolean {
  return schema !== undefined && hasGaps(schema, document);
}

/** Where null may stand for a secret, nothing is missing. */
function fits(schema: z.ZodType, document: JsonObject): boolean {
  try {
    return schema.safeParse(document).success;
  } catch {
    // An asynchronous check: it cannot be told here.
    return true;
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { SignalboxError } from '../../domain/errors.ts';
import { newId } from '../../domain/new-id.ts';
import type { ObjectRecord } from '../../domain/records.ts';
import type { AnyObjectType, JsonObject, JsonValue, ObjectView } from '../../sdk/index.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import { RESOURCE_STORE, type OutboxRecord, type ResourceStorePort } from '../ports.ts';
import { withoutSecrets } from '../redaction/redactor.ts';
import { requestCause, withRequestCause } from '../request-cause.ts';
import { EventStream } from '../stream/event-stream.ts';
import { settingsSchema } from './settings-parser.ts';

/** How an object was, and how it is. */
export interface RecordChange {
  readonly before?: ObjectRecord | undefined;
  readonly after?: ObjectRecord | undefined;
}

const retryMs = 2_000;

/** Events that are published at one time: they share the transactions. */
const together = 200;

/**
 * Makes events of the changes of objects, for types that want them. They are stored with the change, to be published
 * once it is on disk: a crash in between delays them, no more.
 */
@Injectable()
export class Outbox {
  readonly #waiting = new Map<string, OutboxRecord>();
  #timer: NodeJS.Timeout | undefined;
  #publishing: Promise<void> = Promise.resolve();

  constructor(
    private readonly registry: PluginRegistry,
    private readonly stream: EventStream,
    @Inject(RESOURCE_STORE) private readonly store: ResourceStorePort,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  /** What the changes are as events; to be stored together with them. */
  recordsOf(changes: readonly RecordChange[]): readonly OutboxRecord[] {
    return changes.flatMap((change) => this.#recordOf(change) ?? []);
  }

  /** Publishes events whose changes are on disk. Never rejects: what cannot be stored now is tried again. */
  publish(records: readonly OutboxRecord[]): Promise<void> {
    for (const record of records) this.#waiting.set(record.id, record);
    return (this.#publishing = this.#publishing.then(() =>
      // Each has the cause that it was made with, not that of whoever comes next.
      withRequestCause(undefined, () => this.#publishWaiting()),
    ));
  }

  /** What the last process left. */
  async publishLeft(): Promise<void> {
    await this.publish(await this.store.outbox());
  }

  /** What is left waits on disk for the next start. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#publishing;
    clearTimeout(this.#timer);
  }

  #recordOf({ before: stored, after }: RecordChange): OutboxRecord | undefined {
    const before = stored && wasToldOf(stored, after) ? stored : undefined;
    const object = after ?? before;
    const type = object && this.registry.type(object.type);
    if (!object || !type?.changed) return undefined;
    const change = {
      ...(before && { before: viewOf(before, type) }),
      ...(after && { after: viewOf(after, type) }),
    };
    const made = this.#eventOf(type, change, object);
    if (!made) return undefined;
    const name = `${type.name}.${made.event}`;
    const causedBy = requestCause();
    const event = {
      type: name,
      data: made.data as JsonValue,
      time: Date.now(),
      ...(causedBy && { causedBy }),
    };
    return { id: newId(), event, object };
  }

  /** A plugin that cannot tell of a change must not make it impossible. */
  #eventOf(
    type: AnyObjectType,
    change: { readonly before?: ObjectView; readonly after?: ObjectView },
    { key }: ObjectRecord,
  ): { readonly event: string; readonly data: unknown } | undefined {
    try {
      // Settings are as the schema made them that the method was typed with.
      const made = this.registry.inScopeOf(type.name, () => type.changed?.(change as never));
      if (made) this.registry.event(`${type.name}.${made.event}`)?.schema.parse(made.data);
      return made;
    } catch (err) {
      this.logger.error(
        { err, object: `${type.name}/${key}` },
        'A plugin cannot tell of the change of an object',
      );
      return undefined;
    }
  }

  async #publishWaiting(): Promise<void> {
    if (this.#waiting.size === 0) return;
    try {
      while (this.#waiting.size > 0) {
        const records = [...this.#waiting.values()].slice(0, together);
        const done = await Promise.all(records.map((record) => this.#publishOne(record)));
        await this.store.clearOutbox(records.filter((_, i) => done[i]).map(({ id }) => id));
        for (const { id } of records) this.#waiting.delete(id);
      }
    } catch (error) {
      this.logger.warn({ err: error, events: this.#waiting.size }, 'Events of changed objects have to wait');
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.publish([]), retryMs);
    }
  }

  /** False: it stays on disk for a later start. */
  async #publishOne({ id, event, object }: OutboxRecord): Promise<boolean> {
    const input = { ...event, object: object.key, id, time: new Date(event.time).toISOString() };
    try {
      await this.stream.publish([input], { defaultSource: 'signalbox/objects', object });
      return true;
    } catch (error) {
      const fields = { err: error, event: event.type, object: object.key };
      if (error instanceof SignalboxError && error.code === 'EVENT_TYPE_UNKNOWN') {
        this.logger.warn(fields, 'An event of a changed object waits for its plugin');
        return false;
      }
      // Another try would end in the same way, and those behind it would wait for ever.
      if (!(error instanceof SignalboxError) || error.status >= 500) throw error;
      this.logger.error({ ...fields, data: event.data }, 'An event of a changed object is not valid');
      return true;
    }
  }
}

/** Whether people know of the object: not of one that an event has named, and whose settings nobody has written. */
function wasToldOf(stored: ObjectRecord, after: ObjectRecord | undefined): boolean {
  return (
    stored.managedBy !== 'event' ||
    (after !== undefined && isDeepStrictEqual(stored.settings, after.settings))
  );
}

function viewOf({ key, name, tags, settings, changedAt }: ObjectRecord, type: AnyObjectType): ObjectView {
  const open = withoutSecrets(settingsSchema(type), settings) as JsonObject;
  return { type: type.name, key, name, tags, changedAt, settings: open };
}

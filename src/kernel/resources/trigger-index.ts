import { compileFilter } from '../../domain/filter.ts';
import type { TriggerRecord } from '../../domain/records.ts';
import type { JsonObject } from '../../sdk/index.ts';

/** A trigger with its filter compiled. */
export interface CompiledTrigger {
  readonly record: TriggerRecord;
  readonly test?: (document: JsonObject) => boolean;
}

type Triggers = Map<string, CompiledTrigger>;

/** The triggers of one event type, by what they ask of the object. */
interface EventTriggers {
  readonly any: Triggers;
  readonly byObject: Map<string, Triggers>;
  readonly byTag: Map<string, Triggers>;
}

/**
 * Finds the triggers whose event type, object and tag fit an event, by look-ups: its cost does not grow with the
 * triggers that don't. Filters are left to the caller.
 */
export class TriggerIndex {
  readonly #byEvent = new Map<string, EventTriggers>();
  readonly #records = new Map<string, TriggerRecord>();

  put(record: TriggerRecord): void {
    this.remove(record.id);
    this.#records.set(record.id, record);
    const test = record.filter && compileFilter(record.filter);
    this.#bucket(record).set(record.id, test ? { record, test } : { record });
  }

  remove(id: string): void {
    const record = this.#records.get(id);
    if (!record) return;
    this.#records.delete(id);
    const bucket = this.#bucket(record);
    bucket.delete(id);
    if (bucket.size === 0) this.#dropBucket(record);
  }

  *candidates(
    event: string,
    object: string | undefined,
    tags: readonly string[],
  ): Generator<CompiledTrigger> {
    const triggers = this.#byEvent.get(event);
    if (!triggers) return;
    yield* triggers.any.values();
    if (object === undefined) return;
    yield* triggers.byObject.get(object)?.values() ?? [];
    for (const tag of tags) yield* triggers.byTag.get(tag)?.values() ?? [];
  }

  /** All triggers of an event type, whatever they ask of the object. Its cost grows with them. */
  *ofEvent(event: string): Generator<CompiledTrigger> {
    const triggers = this.#byEvent.get(event);
    if (!triggers) return;
    yield* triggers.any.values();
    for (const buckets of [triggers.byObject, triggers.byTag])
      for (const bucket of buckets.values()) yield* bucket.values();
  }

  #bucket({ event, object, tag }: TriggerRecord): Triggers {
    let triggers = this.#byEvent.get(event);
    if (!triggers) {
      triggers = { any: new Map(), byObject: new Map(), byTag: new Map() };
      this.#byEvent.set(event, triggers);
    }
    if (object !== undefined) return bucketOf(triggers.byObject, object);
    if (tag !== undefined) return bucketOf(triggers.byTag, tag);
    return triggers.any;
  }

  #dropBucket({ event, object, tag }: TriggerRecord): void {
    const triggers = this.#byEvent.get(event);
    if (object !== undefined) triggers?.byObject.delete(object);
    else if (tag !== undefined) triggers?.byTag.delete(tag);
  }
}

function bucketOf(buckets: Map<string, Triggers>, key: string): Triggers {
  let bucket = buckets.get(key);
  if (!bucket) buckets.set(key, (bucket = new Map<string, CompiledTrigger>()));
  return bucket;
}

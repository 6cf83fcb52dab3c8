import type { ObjectRecord } from '../../domain/records.ts';

const none: ReadonlyMap<string, ObjectRecord> = new Map();

/** Objects by type and key, and by type and tag. */
export class ObjectDirectory {
  readonly #byType = new Map<string, Map<string, ObjectRecord>>();
  /** Type → how often one of its objects was put or removed. */
  readonly #versions = new Map<string, number>();
  /** Type → tag → key → object. */
  readonly #byTag = new Map<string, Map<string, Map<string, ObjectRecord>>>();

  get(type: string, key: string): ObjectRecord | undefined {
    return this.#byType.get(type)?.get(key);
  }

  list({
    type,
    tag,
  }: {
    readonly type?: string | undefined;
    readonly tag?: string | undefined;
  }): readonly ObjectRecord[] {
    const types = type === undefined ? [...this.#byType.keys()].sort() : [type];
    return types.flatMap((name) => {
      const objects = tag === undefined ? this.#byType.get(name) : this.#byTag.get(name)?.get(tag);
      return [...(objects?.values() ?? [])].sort((a, b) => (a.key < b.key ? -1 : 1));
    });
  }

  /** In no order. */
  *all({ type, tag }: Parameters<ObjectDirectory['list']>[0]): Generator<ObjectRecord> {
    for (const name of type === undefined ? this.#byType.keys() : [type]) {
      yield* (tag === undefined ? this.#byType.get(name) : this.#byTag.get(name)?.get(tag))?.values() ?? [];
    }
  }

  version(type: string): number {
    return this.#versions.get(type) ?? 0;
  }

  count(type: string): number {
    return this.#byType.get(type)?.size ?? 0;
  }

  bearing(type: string, tag: string): ReadonlyMap<string, ObjectRecord> {
    return this.#byTag.get(type)?.get(tag) ?? none;
  }

  put(object: ObjectRecord): void {
    this.remove(object.type, object.key);
    this.#versions.set(object.type, this.version(object.type) + 1);
    entry(this.#byType, object.type, () => new Map<string, ObjectRecord>()).set(object.key, object);
    const tags = entry(this.#byTag, object.type, () => new Map<string, Map<string, ObjectRecord>>());
    for (const tag of object.tags)
      entry(tags, tag, () => new Map<string, ObjectRecord>()).set(object.key, object);
  }

  remove(type: string, key: string): void {
    const object = this.get(type, key);
    if (!object) return;
    this.#versions.set(type, this.version(type) + 1);
    this.#byType.get(type)?.delete(key);
    for (const tag of object.tags) this.#byTag.get(type)?.get(tag)?.delete(key);
  }
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

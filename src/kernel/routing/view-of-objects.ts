import { Injectable } from '@nestjs/common';
import { splitName, type EventRecord, type ObjectRecord } from '../../domain/records.ts';
import type { JsonObject } from '../../sdk/index.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import { ResourceIndex } from '../resources/resource-index.ts';
import { withoutSecrets } from '../redaction/redactor.ts';
import { settingsSchema } from '../resources/settings-parser.ts';

/** The event's object as filters and templates may see it: with its settings, without their secrets. */
@Injectable()
export class ViewOfObjects {
  // A record is replaced, never changed, so its view stays true as long as the record lives.
  readonly #views = new WeakMap<ObjectRecord, JsonObject>();

  constructor(
    private readonly registry: PluginRegistry,
    private readonly index: ResourceIndex,
  ) {}

  of(event: EventRecord, object: ObjectRecord | undefined): JsonObject | null {
    if (event.object === undefined) return null;
    if (!object) {
      const { type } = splitName(event.type);
      return { type, key: event.object, name: event.object, tags: [], settings: {} };
    }
    let view = this.#views.get(object);
    if (!view) this.#views.set(object, (view = this.#make(object)));
    const told = this.index.state(object.type, object.key);
    return told ? { ...view, state: told.state } : view;
  }

  #make({ type, key, name, tags, settings }: ObjectRecord): JsonObject {
    const known = this.registry.type(type);
    const open = known ? (withoutSecrets(settingsSchema(known), settings) as JsonObject) : {};
    return { type, key, name, tags: [...tags], settings: open };
  }
}

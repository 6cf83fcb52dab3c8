import { SignalboxError } from '../../domain/errors.ts';
import type { AnyObjectType } from '../../sdk/index.ts';
import type { PluginRegistry } from '../plugins/plugin-registry.ts';

/** An object that is about to be saved. */
interface Candidate {
  readonly type: AnyObjectType;
  readonly key: string;
  /** Parsed by the type's schema. */
  readonly settings: unknown;
}

/** What is there already. */
interface Surroundings {
  readonly registry: PluginRegistry;
  /** Whether a type has an object with the same key. */
  readonly exists: (type: string) => boolean;
}

/** Throws when an object would be an inbound endpoint that cannot work: its name is taken, or what it sends in is unknown. */
export function checkEndpoint(candidate: Candidate, { registry, exists }: Surroundings): void {
  const { type, key, settings } = candidate;
  if (!type.inbound) return;
  const other = registry
    .types()
    .find((known) => known.type.inbound && known.type.name !== type.name && exists(known.type.name));
  if (other) {
    throw new SignalboxError(
      'RESOURCE_INVALID',
      `key: ${other.type.name}/${key} has the address /api/ingest/${encodeURIComponent(key)} already; choose another key`,
      { field: 'key' },
    );
  }
  // The settings were parsed by the schema that the type was defined with.
  for (const name of type.inbound.events?.(settings as never) ?? []) checkEvent(name, candidate, registry);
}

function checkEvent(name: string, { type, key }: Candidate, registry: PluginRegistry): void {
  const subject = `${type.name}/${key}`;
  const known = registry.event(name);
  if (!known) {
    const message = `${subject} sends in "${name}", which no plugin declares; load the plugin that does`;
    throw new SignalboxError('EVENT_TYPE_UNKNOWN', message, { field: 'settings' });
  }
  if (known.type.ingest === false && known.type.name !== type.name) {
    const message = `${subject} sends in "${name}", which only Signalbox itself may emit`;
    throw new SignalboxError('RESOURCE_INVALID', message, { field: 'settings' });
  }
}

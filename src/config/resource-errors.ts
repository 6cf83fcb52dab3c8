import { SignalboxError } from '../domain/errors.ts';
import type { PluginRegistry } from '../kernel/plugins/plugin-registry.ts';
import { RecordBuilder } from '../kernel/resources/record-builder.ts';
import type { ResourceIndex } from '../kernel/resources/resource-index.ts';
import type { ResourceInput } from '../kernel/resources/resource-input.ts';
import { Staging } from '../kernel/resources/staging.ts';

interface Knowledge {
  readonly index: ResourceIndex;
  readonly registry: PluginRegistry;
}

/** Every error that applying the inputs would meet, not only the first; each names its input. Changes nothing. */
export function resourceErrors(
  inputs: readonly ResourceInput[],
  { index, registry }: Knowledge,
): readonly SignalboxError[] {
  const staging = new Staging(index);
  const builder = new RecordBuilder(registry, staging, 'config', 0);
  return inputs.flatMap((input, i) => {
    try {
      for (const put of builder.build(input)) staging.put(put);
      return [];
    } catch (error) {
      if (!(error instanceof SignalboxError)) throw error;
      // It is there, if not usable: those that name it are not at fault.
      for (const put of standIn(input)) staging.put(put);
      return [error.at(i)];
    }
  });
}

type Put = Parameters<Staging['put']>[0];

/** What the rest can name in the place of an input that is not usable. */
function standIn(input: ResourceInput): readonly Put[] {
  const common = {
    name: '',
    enabled: false,
    settings: {},
    managedBy: 'config',
    createdAt: 0,
    updatedAt: 0,
  } as const;
  if (input.kind === 'object') {
    return [{ kind: 'object', put: { ...common, type: input.type, key: input.key, tags: [] } }];
  }
  if (input.kind !== 'task' || input.id === undefined) return [];
  const { id, action, target } = input;
  return [{ kind: 'task', put: { ...common, id, action, target, deleteAfterRunning: false, spent: false } }];
}

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
  const errors = inputs.flatMap((input, i) => {
    try {
      for (const put of builder.build(input)) staging.put(put);
      return [];
    } catch (error) {
      if (error instanceof SignalboxError) return [error.at(i)];
      throw error;
    }
  });
  // What is not usable is missing for those that name it: that is not their fault.
  const causes = errors.filter((error) => error.code !== 'REFERENCE_MISSING');
  return causes.length > 0 ? causes : errors;
}

import type { PluginRegistry } from '../kernel/plugins/plugin-registry.ts';
import type { ResourceInput } from '../kernel/resources/resource-input.ts';
import type { z } from '../sdk/index.ts';
import { coerceTexts, type IsText } from './coercion.ts';
import type { ConfiguredResource } from './resource-inputs.ts';

interface Known {
  readonly registry: PluginRegistry;
  readonly isText: IsText;
}

/** Numbers and booleans from the environment come as texts; the schemas of the plugins tell which ones. */
export function coercedInputs(
  resources: readonly ConfiguredResource[],
  known: Known,
): readonly ResourceInput[] {
  return resources.map((resource) => coerced(resource, known));
}

function coerced({ input, path }: ConfiguredResource, { registry, isText }: Known): ResourceInput {
  const schema = settingsSchemaOf(input, registry);
  if (!schema || !('settings' in input)) return input;
  const isTextAt: IsText = (at) => isText([...path, 'settings', ...at]);
  return { ...input, settings: coerceTexts(schema, input.settings, isTextAt) };
}

function settingsSchemaOf(input: ResourceInput, registry: PluginRegistry): z.ZodType | undefined {
  if (input.kind === 'object') return registry.type(input.type)?.settings;
  return input.kind === 'task' ? registry.action(input.action)?.action.input : undefined;
}

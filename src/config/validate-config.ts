import { EgressHttp } from '../kernel/egress/egress-http.ts';
import { PluginRegistry } from '../kernel/plugins/plugin-registry.ts';
import { RecordBuilder } from '../kernel/resources/record-builder.ts';
import { ResourceIndex } from '../kernel/resources/resource-index.ts';
import { inputProblems } from '../kernel/resources/revision.ts';
import { Staging } from '../kernel/resources/staging.ts';
import { taskPlugin } from '../kernel/task-type.ts';
import { coercedInputs } from './coerced-inputs.ts';
import { loadConfiguredPlugins } from './configured-plugins.ts';
import type { DocumentOptions } from './config-document.ts';
import { loadConfig } from './load-config.ts';
import { resourceProblems } from './located-error.ts';
import { configError } from './problem.ts';

export interface ValidateOptions extends DocumentOptions {
  /** What the files name and do not have may be there already. */
  readonly partial?: boolean | undefined;
}

export interface ValidConfig {
  /** Absolute. */
  readonly files: readonly string[];
  /** How many the files name. */
  readonly resources: number;
  readonly warnings: readonly string[];
}

/**
 * Judges a configuration as a first start would, without starting anything: its plugins are loaded, and nothing is stored.
 * Throws CONFIG_INVALID with every problem and its place.
 */
export async function validateConfig({ partial = false, ...options }: ValidateOptions): Promise<ValidConfig> {
  const loaded = loadConfig(options);
  const { config, files, resources, source, warnings } = loaded;
  const registry = new PluginRegistry();
  registry.register(taskPlugin);
  for (const { plugin, use } of await loadConfiguredPlugins(loaded)) registry.register(plugin, use);
  const egress = new EgressHttp({ allow: config.egress.allow, own: [] });
  const staging = new Staging(new ResourceIndex());
  const builder = new RecordBuilder({ registry, egress }, staging, 'config', Date.now());
  const inputs = coercedInputs(resources, { registry, isText: (path) => source.isText(path) });
  const errors = inputProblems(inputs, { staging, builder }).filter(
    ({ code }) => !partial || code !== 'REFERENCE_MISSING',
  );
  if (errors.length > 0) throw configError(resourceProblems(errors, { resources, source }));
  return { files, resources: resources.length, warnings };
}

import { Injectable } from '@nestjs/common';
import { SignalboxError } from '../domain/errors.ts';
import { PluginRegistry } from '../kernel/plugins/plugin-registry.ts';
import { ResourceIndex } from '../kernel/resources/resource-index.ts';
import type { Applied, ResourceInput, ResourceRef } from '../kernel/resources/resource-input.ts';
import { ResourceService } from '../kernel/resources/resource.service.ts';
import type { z } from '../sdk/index.ts';
import { coerceTexts } from './coercion.ts';
import { leftovers } from './leftovers.ts';
import type { LoadedConfig } from './load-config.ts';
import { problemsOf } from './located-error.ts';
import { configError } from './problem.ts';
import type { ConfiguredResource } from './resource-inputs.ts';

export interface AppliedConfig {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  /** In the order of the configuration's resources. */
  readonly applied: readonly Applied[];
  /** Resources that an earlier configuration named and this one does not. They are left in place. */
  readonly leftovers: readonly ResourceRef[];
}

/** Makes the stored resources what the configuration says of them. */
@Injectable()
export class ConfigApplier {
  constructor(
    private readonly service: ResourceService,
    private readonly index: ResourceIndex,
    private readonly registry: PluginRegistry,
  ) {}

  /**
   * All or nothing, and idempotent: what is stored already stays untouched. Throws CONFIG_INVALID with every problem
   * and its place in the file.
   */
  async apply(loaded: Pick<LoadedConfig, 'resources' | 'source'>): Promise<AppliedConfig> {
    const inputs = loaded.resources.map((resource) => this.#coerced(resource, loaded));
    try {
      const applied = await this.service.apply(inputs, 'config');
      return { ...counts(applied), applied, leftovers: leftovers(this.index, inputs) };
    } catch (error) {
      throw this.#located(error, inputs, loaded);
    }
  }

  /** Numbers and booleans from the environment come as texts; the schemas of the plugins tell which ones. */
  #coerced({ input, path }: ConfiguredResource, { source }: Pick<LoadedConfig, 'source'>): ResourceInput {
    const schema = this.#settingsSchema(input);
    if (!schema || !('settings' in input)) return input;
    const isText = (at: readonly (string | number)[]): boolean => source.isText([...path, 'settings', ...at]);
    return { ...input, settings: coerceTexts(schema, input.settings, isText) };
  }

  #settingsSchema(input: ResourceInput): z.ZodType | undefined {
    if (input.kind === 'object') return this.registry.type(input.type)?.settings;
    if (input.kind === 'task') return this.registry.action(input.action)?.action.input;
    return undefined;
  }

  #located(
    error: unknown,
    inputs: readonly ResourceInput[],
    loaded: Pick<LoadedConfig, 'resources' | 'source'>,
  ): unknown {
    if (!(error instanceof SignalboxError) || error.index === undefined) return error;
    const errors = this.service.problems(inputs, 'config');
    const problems = (errors.length > 0 ? errors : [error]).flatMap((one) => {
      const resource = loaded.resources[one.index ?? 0];
      return problemsOf(one, {
        source: loaded.source,
        base: resource?.path ?? [],
        ...(resource && { kind: resource.input.kind }),
      });
    });
    return configError(problems, { cause: error });
  }
}

function counts(applied: readonly Applied[]): Pick<AppliedConfig, 'created' | 'updated' | 'unchanged'> {
  const count = (change: Applied['change']): number => applied.filter((one) => one.change === change).length;
  return { created: count('created'), updated: count('updated'), unchanged: count('unchanged') };
}

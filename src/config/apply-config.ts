import { Injectable } from '@nestjs/common';
import { SignalboxError } from '../domain/errors.ts';
import { PluginRegistry } from '../kernel/plugins/plugin-registry.ts';
import { ResourceIndex } from '../kernel/resources/resource-index.ts';
import type { Applied, ResourceRef } from '../kernel/resources/resource-input.ts';
import { ResourceService } from '../kernel/resources/resource.service.ts';
import type { Leftovers, Revision, RevisionResult } from '../kernel/resources/revision.ts';
import type { IsText } from './coercion.ts';
import type { ConfigSource } from './config-source.ts';
import { leftovers } from './leftovers.ts';
import type { LoadedConfig } from './load-config.ts';
import { resourceProblems } from './located-error.ts';
import { configError, type Problem } from './problem.ts';
import { coercedInputs } from './coerced-inputs.ts';
import type { ConfiguredResource } from './resource-inputs.ts';
import type { Path } from './source-tree.ts';

export interface AppliedConfig {
  readonly created: number;
  readonly updated: number;
  /** Of what is unchanged but for who looks after it. */
  readonly adopted: number;
  readonly unchanged: number;
  /** In the order of the configuration's resources. */
  readonly applied: readonly Applied[];
  /** Resources that an earlier configuration named and this one does not. They are left in place. */
  readonly leftovers: readonly ResourceRef[];
}

/** What is to be applied, and which of its values are texts from outside that may stand for numbers and booleans. */
export interface ConfigRevision {
  readonly resources: readonly ConfiguredResource[];
  readonly isText: IsText;
  /** Default: they are left in place. */
  readonly leftovers?: Leftovers['fate'] | undefined;
}

export interface ConfigResult extends RevisionResult {
  /** What an earlier configuration named, this one does not, and is left in place. */
  readonly left: readonly ResourceRef[];
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
  async apply({ resources, source }: Pick<LoadedConfig, 'resources' | 'source'>): Promise<AppliedConfig> {
    const revision = { resources, isText: (path: Path) => source.isText(path) };
    try {
      const { applied, left } = await this.revise(revision);
      return { ...counts(applied), applied, leftovers: left };
    } catch (error) {
      const problems = this.problems(error, revision, source);
      throw problems.length > 0 ? configError(problems, { cause: error }) : error;
    }
  }

  /** All or nothing. Rejects with the first error; `problems` tells all of them. */
  async revise(revision: ConfigRevision): Promise<ConfigResult> {
    return this.#withLeft(revision, await this.service.revise(this.#revision(revision)));
  }

  /** What `revise` would do, and the same errors. */
  async preview(revision: ConfigRevision): Promise<ConfigResult> {
    return this.#withLeft(revision, await this.service.preview(this.#revision(revision)));
  }

  /** Everything that is wrong with a revision that was rejected with this error; none if it is not at fault. */
  problems(error: unknown, { resources, isText }: ConfigRevision, source: ConfigSource): readonly Problem[] {
    if (!(error instanceof SignalboxError) || error.index === undefined) return [];
    const inputs = coercedInputs(resources, { registry: this.registry, isText });
    const errors = this.service.problems(inputs, 'config');
    return resourceProblems(errors.length > 0 ? errors : [error], { resources, source });
  }

  #revision({ resources, isText, leftovers: fate }: ConfigRevision): Revision {
    const inputs = coercedInputs(resources, { registry: this.registry, isText });
    return {
      inputs,
      managedBy: 'config',
      ...(fate && { leftovers: { fate, refs: () => leftovers(this.index, inputs) } }),
    };
  }

  #withLeft({ resources, leftovers: fate }: ConfigRevision, result: RevisionResult): ConfigResult {
    const inputs = resources.map(({ input }) => input);
    return { ...result, left: fate ? [] : leftovers(this.index, inputs) };
  }
}

function counts(applied: readonly Applied[]): Omit<AppliedConfig, 'applied' | 'leftovers'> {
  const count = (change: Applied['change']): number => applied.filter((one) => one.change === change).length;
  return {
    created: count('created'),
    updated: count('updated'),
    adopted: count('adopted'),
    unchanged: count('unchanged'),
  };
}

import { dotted } from '../domain/dotted.ts';
import { Injectable } from '@nestjs/common';
import { SignalboxError } from '../domain/errors.ts';
import type {
  ConfigExport,
  ConfigReport,
  ConfigurationPort,
  ExportOptions,
} from '../kernel/configuration.ts';
import { PluginRegistry } from '../kernel/plugins/plugin-registry.ts';
import { ResourceIndex } from '../kernel/resources/resource-index.ts';
import { ConfigApplier, type ConfigResult, type ConfigRevision } from './apply-config.ts';
import { configReport } from './config-report.ts';
import { configRequest, requestError } from './config-request.ts';
import { ConfigSource } from './config-source.ts';
import { exportResources } from './export-resources.ts';

/** The configuration of a running Signalbox, for those who look after it with files. */
@Injectable()
export class RunningConfig implements ConfigurationPort {
  constructor(
    private readonly applier: ConfigApplier,
    private readonly index: ResourceIndex,
    private readonly registry: PluginRegistry,
  ) {}

  plan(document: unknown): Promise<ConfigReport> {
    return this.#report(document, (revision) => this.applier.preview(revision));
  }

  apply(document: unknown): Promise<ConfigReport> {
    return this.#report(document, (revision) => this.applier.revise(revision));
  }

  async export(options: ExportOptions): Promise<ConfigExport> {
    const { masked, clear, warnings } = exportResources(
      { index: this.index, registry: this.registry },
      options,
    );
    return { ...masked, warnings: [...warnings, ...(await this.#differences(clear))] };
  }

  async #report(
    document: unknown,
    judge: (revision: ConfigRevision) => Promise<ConfigResult>,
  ): Promise<ConfigReport> {
    const { leftovers, ...request } = configRequest(document);
    const revision = { ...request, ...(leftovers !== 'keep' && { leftovers }) };
    try {
      return configReport(await judge(revision), this.registry);
    } catch (error) {
      throw this.#asRequestError(error, revision);
    }
  }

  #asRequestError(error: unknown, revision: ConfigRevision): unknown {
    const problems = this.applier.problems(error, revision, new ConfigSource(undefined));
    if (!(error instanceof SignalboxError) || problems.length === 0) return error;
    const issues = problems.map(({ path, message }) => ({ field: dotted(path), message }));
    // One code cannot stand for problems of several kinds.
    return requestError(issues, { cause: error, ...(issues.length === 1 && { code: error.code }) });
  }

  /** What would not come out of the files as it went in; nothing, as long as schemas leave alone what they have made. */
  async #differences(clear: object): Promise<readonly string[]> {
    try {
      const { changes } = await this.plan(clear);
      return changes
        .filter(({ change }) => change === 'created' || change === 'updated')
        .map(({ kind, id, fields }) => {
          const names = fields.map(({ field }) => field).join(', ');
          return `${kind} ${id} would not come out of the files as it is: ${names}`;
        });
    } catch (error) {
      if (!(error instanceof SignalboxError)) throw error;
      return error.issues.map(({ field, message }) => `${field} would be refused: ${message}`);
    }
  }
}

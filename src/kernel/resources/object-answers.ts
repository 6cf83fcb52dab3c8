import { Inject, Injectable } from '@nestjs/common';
import { SignalboxError } from '../../domain/errors.ts';
import { issueText } from '../../domain/issue-text.ts';
import type { ObjectRecord } from '../../domain/records.ts';
import { schemaError } from '../../domain/schema-error.ts';
import type { Clock, JsonObject, JsonValue } from '../../sdk/index.ts';
import { CLOCK } from '../clock.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import { ObjectViews } from './object-views.ts';
import { ResourceIndex } from './resource-index.ts';

/** What types have to say of their objects beside what is stored of them. */
@Injectable()
export class ObjectAnswers {
  constructor(
    private readonly registry: PluginRegistry,
    private readonly index: ResourceIndex,
    private readonly views: ObjectViews,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  /** Undefined when the type says nothing, or cannot. */
  summary(record: ObjectRecord): JsonObject | undefined {
    const type = this.registry.type(record.type);
    const object = type?.summary && this.views.of(record);
    if (!object) return undefined;
    try {
      // `never` is how AnyObjectType forgets its types; the settings were parsed by the type's own schema.
      const context = { now: this.clock.now(), enabled: record.enabled };
      return this.registry.inScopeOf(type.name, () => type.summary?.(object as never, context));
    } catch (error) {
      this.logger.warn(
        { err: error, object: `${type.name}/${record.key}` },
        'A plugin could not sum up an object',
      );
      return undefined;
    }
  }

  /** Throws NOT_FOUND, and QUERY_INVALID when the query does not fit. */
  view({ type: name, key, view: viewName, query }: ViewRequest): JsonValue {
    const view = this.registry.type(name)?.views?.[viewName];
    const record = this.index.object(name, key);
    const object = record && this.views.of(record);
    if (!view || !object) throw new SignalboxError('NOT_FOUND', `there is no object ${name}/${key}`);
    const parsed = view.query.safeParse(query, { error: issueText });
    if (!parsed.success)
      throw schemaError(parsed.error, { code: 'QUERY_INVALID', subject: viewName, prefix: '' });
    const context = { object, query: parsed.data, now: this.clock.now() };
    return this.registry.inScopeOf(name, () => view.show(context as never));
  }
}

interface ViewRequest {
  /** Object type. */
  readonly type: string;
  readonly key: string;
  readonly view: string;
  readonly query: unknown;
}

import { Inject, Injectable } from '@nestjs/common';
import type { Emission, Emitted, HttpClient, Logger, ObjectView } from '../../sdk/index.ts';
import { HTTP_CLIENT } from '../egress/egress-http.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { ResourceIndex } from '../resources/resource-index.ts';
import { EventStream } from '../stream/event-stream.ts';
import type { PluginHost } from './plugin-host.ts';

/** Lets plugins into the one way through the house. */
@Injectable()
export class KernelPluginHost implements PluginHost {
  constructor(
    private readonly stream: EventStream,
    private readonly index: ResourceIndex,
    @Inject(HTTP_CLIENT) readonly http: HttpClient,
    @Inject(KERNEL_LOGGER) private readonly log: KernelLogger,
  ) {}

  async emit(plugin: string, name: string, emission: Emission<unknown>): Promise<Emitted> {
    const { object, data, time, id } = emission;
    const event = { type: name, object, data, id, time: time?.toISOString() };
    const [published] = await this.stream.publish([event], { defaultSource: `signalbox/${plugin}` });
    if (!published) throw new Error(`${name}: nothing was published`);
    return { id: published.id, duplicate: published.duplicate };
  }

  objects(type: string): readonly ObjectView[] {
    return this.index
      .objects({ type })
      .filter(({ enabled }) => enabled)
      .map(({ key, name, tags, settings }) => ({ type, key, name, tags, settings }));
  }

  logger(plugin: string): Logger {
    return this.log.child({ plugin });
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';
import { splitRef } from '../../domain/records.ts';
import type {
  Clock,
  Connect,
  Lookup,
  Discovery,
  DispatcherOptions,
  Emission,
  Emitted,
  HttpClient,
  Logger,
  Notice,
  ObjectRef,
  ObjectView,
  PluginContext,
  RequestHandler,
} from '../../sdk/index.ts';
import { redactedLogger } from '../dispatch/redacted-logger.ts';
import { EgressHttp } from '../egress/egress-http.ts';
import { CLOCK } from '../clock.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { Announcer } from '../notices/announcer.ts';
import { Notices } from '../notices/notices.ts';
import { ObjectViews } from '../resources/object-views.ts';
import { ResourceService } from '../resources/resource.service.ts';
import { EventStream } from '../stream/event-stream.ts';
import { Mounts } from './mounts.ts';
import type { PluginHost } from './plugin-host.ts';
import { currentAttempt } from './plugin-scope.ts';

/** Lets plugins into the one way through the house. */
@Injectable()
export class KernelPluginHost implements PluginHost {
  readonly #changes = new Subject<ObjectRef>();

  constructor(
    private readonly stream: EventStream,
    private readonly views: ObjectViews,
    private readonly resources: ResourceService,
    private readonly announcer: Announcer,
    inner: Notices,
    private readonly egress: EgressHttp,
    private readonly mounts: Mounts,
    @Inject(CLOCK) readonly clock: Clock,
    @Inject(KERNEL_LOGGER) private readonly log: KernelLogger,
  ) {
    inner.on('resource.changed', ({ ref }) => {
      if (ref.kind === 'object') this.#changes.next(splitRef(ref.id));
    });
  }

  /** What is sent on behalf of a run is kept in its attempt. */
  readonly http: HttpClient = {
    request: (request) => (currentAttempt()?.http ?? this.egress.client).request(request),
  };

  get connect(): Connect {
    return this.egress.connect;
  }

  get lookup(): Lookup {
    return this.egress.lookup;
  }

  async emit(plugin: string, name: string, emission: Emission<unknown>): Promise<Emitted> {
    const { object, data, time, id, causedBy } = emission;
    const event = { type: name, object, data, id, time: time?.toISOString(), causedBy };
    const [published] = await this.stream.publish([event], { defaultSource: `signalbox/${plugin}` });
    if (!published) throw new Error(`${name}: nothing was published`);
    return { id: published.id, duplicate: published.duplicate };
  }

  objects(type: string, options: { readonly disabled?: boolean } = {}): readonly ObjectView[] {
    const list = this.views.list(type, options);
    for (const { key } of currentAttempt() ? list : []) this.#learn(type, key);
    return list;
  }

  discovered(type: string, found: readonly Discovery[]): Promise<readonly string[]> {
    return this.resources.discover(type, found);
  }

  dispatcher(plugin: string, options?: DispatcherOptions): ReturnType<PluginContext['dispatcher']> {
    return this.egress.dispatcher(plugin, options);
  }

  serve(plugin: string, prefix: string, handler: RequestHandler): () => void {
    return this.mounts.mount(plugin, prefix, handler);
  }

  object(type: string, key: string): ObjectView | undefined {
    this.#learn(type, key);
    return this.views.get(type, key);
  }

  /** What a plugin looks up for a run must not be seen in what is kept of the run. */
  #learn(type: string, key: string): void {
    currentAttempt()?.learn(this.views.secretsOf(type, key));
  }

  get changes(): Observable<ObjectRef> {
    return this.#changes;
  }

  get notices(): Observable<Notice> {
    return this.announcer.notices;
  }

  /** Outside of runs, too, a plugin has the secrets of its objects at hand. */
  logger(plugin: string): Logger {
    return redactedLogger(this.log.child({ plugin }), (text) => this.views.redactorOf(plugin)(text));
  }
}

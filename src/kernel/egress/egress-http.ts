import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Dispatcher } from 'undici';
import type { z } from '../../sdk/index.ts';
import { SignalboxError } from '../../domain/errors.ts';
import { createHttpClient } from '../../sdk/http-client.ts';
import { createTcpConnector } from '../../sdk/tcp-connector.ts';
import type { Connect, DispatcherOptions, HttpClient, Lookup } from '../../sdk/index.ts';
import { settingsField } from '../redaction/schema-walk.ts';
import { findEndpoints, findUrls } from '../redaction/settings-urls.ts';
import { createEgressPolicy, type EgressOptions, type EgressPolicy } from './egress-policy.ts';
import { resolveEndpoints, type Endpoint } from './own-endpoints.ts';

export type { EgressOptions };

/** Injects `EgressOptions`. */
export const EGRESS_OPTIONS = Symbol('EgressOptions');

/** Injects the `HttpClient` of `EgressHttp`. */
export const HTTP_CLIENT = Symbol('HttpClient');

/** The ways out of Signalbox. */
export type WaysOut = Pick<EgressHttp, 'client' | 'connect' | 'lookup'>;

/** The one way out over HTTP, the one over plain TCP, and what may be said of addresses before anything is sent. */
@Injectable()
export class EgressHttp implements OnModuleInit, OnApplicationShutdown {
  readonly #policy: EgressPolicy;
  readonly #client: ReturnType<typeof createHttpClient>;
  readonly #tcp: ReturnType<typeof createTcpConnector>;

  constructor(@Inject(EGRESS_OPTIONS) private readonly options: EgressOptions) {
    this.#policy = createEgressPolicy(options);
    this.#client = createHttpClient({ judge: this.#policy.judge });
    this.#tcp = createTcpConnector({ judge: this.#policy.judge });
  }

  get client(): HttpClient {
    return this.#client;
  }

  get connect(): Connect {
    return this.#tcp.connect;
  }

  get lookup(): Lookup {
    return this.#tcp.lookup;
  }

  /** The same for what works with undici itself, with connections of its own for each borrower. */
  dispatcher(borrower: string, options?: DispatcherOptions): Dispatcher {
    return this.#client.dispatcher(borrower, options);
  }

  async onModuleInit(): Promise<void> {
    for (const endpoint of await resolveEndpoints(this.options.own)) this.#policy.protect(endpoint);
  }

  /** Nothing may be sent to this endpoint of Signalbox itself, either. For ports known only once it listens. */
  protect(endpoint: Endpoint): void {
    this.#policy.protect(endpoint);
  }

  /**
   * Throws EGRESS_DENIED when a URL or an endpoint in an object's settings cannot be reached anyway, as far as it can be
   * known without resolving its name.
   */
  checkSettings(schema: z.ZodType, settings: unknown, subject: string): void {
    const problems = [
      ...findUrls(schema, settings).map(({ path, url, foreign }) => ({
        path,
        problem: foreign ? this.#policy.checkForeignUrl(url) : this.#policy.checkUrl(url),
      })),
      ...findEndpoints(schema, settings).map(({ path, ...place }) => ({
        path: [...path, 'host'],
        problem: this.#policy.checkEndpoint(place),
      })),
    ];
    for (const { path, problem } of problems) {
      if (problem === undefined) continue;
      const field = settingsField(path);
      throw new SignalboxError('EGRESS_DENIED', `${subject}: ${field}: ${problem}`, { field });
    }
  }

  async onApplicationShutdown(): Promise<void> {
    this.#tcp.close();
    await this.#client.close();
  }
}

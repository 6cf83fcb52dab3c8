import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { z } from '../../sdk/index.ts';
import { SignalboxError } from '../../domain/errors.ts';
import { createHttpClient } from '../../sdk/http-client.ts';
import type { HttpClient } from '../../sdk/index.ts';
import { settingsField } from '../redaction/schema-walk.ts';
import { findUrls } from '../redaction/settings-urls.ts';
import { createEgressPolicy, type EgressOptions, type EgressPolicy } from './egress-policy.ts';
import { resolveEndpoints, type Endpoint } from './own-endpoints.ts';

export type { EgressOptions };

/** Injects `EgressOptions`. */
export const EGRESS_OPTIONS = Symbol('EgressOptions');

/** Injects the `HttpClient` of `EgressHttp`. */
export const HTTP_CLIENT = Symbol('HttpClient');

/** The one way out over HTTP, and what may be said of addresses before anything is sent. */
@Injectable()
export class EgressHttp implements OnModuleInit, OnApplicationShutdown {
  readonly #policy: EgressPolicy;
  readonly #client: ReturnType<typeof createHttpClient>;

  constructor(@Inject(EGRESS_OPTIONS) private readonly options: EgressOptions) {
    this.#policy = createEgressPolicy(options);
    this.#client = createHttpClient({ judge: this.#policy.judge });
  }

  get client(): HttpClient {
    return this.#client;
  }

  async onModuleInit(): Promise<void> {
    for (const endpoint of await resolveEndpoints(this.options.own)) this.#policy.protect(endpoint);
  }

  /** Nothing may be sent to this endpoint of Signalbox itself, either. For ports known only once it listens. */
  protect(endpoint: Endpoint): void {
    this.#policy.protect(endpoint);
  }

  /**
   * Throws EGRESS_DENIED when a URL in an object's settings cannot be reached anyway, as far as it can be known
   * without resolving its name.
   */
  checkSettings(schema: z.ZodType, settings: unknown, subject: string): void {
    for (const { path, url } of findUrls(schema, settings)) {
      const problem = this.#policy.checkUrl(url);
      if (problem === undefined) continue;
      const field = settingsField(path);
      throw new SignalboxError('EGRESS_DENIED', `${subject}: ${field}: ${problem}`, { field });
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#client.close();
  }
}

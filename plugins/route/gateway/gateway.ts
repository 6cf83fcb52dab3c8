import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger, PluginContext } from 'signalbox/sdk';
import { maxUrlLength } from '../call.ts';
import type { Route } from '../settings.ts';
import { Forwarder } from './forwarder.ts';
import { GatewayCall, type Report } from './gateway-call.ts';
import { hasBody, refuse } from './refusal.ts';
import { targetOf, urlProblem } from './target.ts';

export interface GatewayOptions {
  /** Enabled routes, as they are now. */
  readonly routes: () => readonly Route[];
  /** Stores an event; rejects when it cannot be. */
  readonly emit: Report;
  readonly dispatcher: PluginContext['dispatcher'];
  readonly logger: Logger;
  /** Path that the gateway lies at on its server; empty on a server of its own. */
  readonly prefix: string;
  readonly trustProxy: boolean;
}

/** Answers calls with what the upstream of their route answers, and reports each. */
export class Gateway {
  readonly #options: GatewayOptions;
  /** In `Via`, by which a call that comes back is recognised. */
  readonly #name = `signalbox-${randomBytes(6).toString('hex')}`;
  readonly #forwarder: Forwarder;
  readonly #open = new Set<GatewayCall>();
  #idle = Promise.withResolvers<void>();

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#forwarder = new Forwarder({ ...options, name: this.#name });
  }

  async ready(): Promise<void> {
    await this.#forwarder.ready();
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    const url = this.#urlOf(request);
    const refusal = this.#refusalOf(request, url);
    if (refusal) {
      refuse(response, ...refusal);
      return;
    }
    const target = targetOf(this.#options.routes(), { method: request.method ?? 'GET', url });
    if (!target) {
      refuse(response, 404, `no route with an upstream fits ${String(request.method)} ${pathOf(url)}`);
      return;
    }
    const call = new GatewayCall(request, url, this.#report);
    this.#keep(call, response);
    this.#forwarder.forward(request, response, { call, target });
  };

  /** Lets the calls under way end, then closes. */
  async close(): Promise<void> {
    if (this.#open.size > 0) await this.#idle.promise;
    await this.#forwarder.close();
  }

  #urlOf({ url = '/' }: IncomingMessage): string {
    const rest = url.slice(this.#options.prefix.length);
    return rest.startsWith('/') ? rest : `/${rest}`;
  }

  #refusalOf(
    { method = 'GET', headers }: IncomingMessage,
    url: string,
  ): [status: number, detail: string] | undefined {
    if (url.length > maxUrlLength) return [414, `the URL is longer than ${String(maxUrlLength)} characters`];
    const problem = urlProblem(url);
    if (problem !== undefined) return [400, problem];
    if (/\bwebsocket\b/i.test(headers.upgrade ?? '')) return [501, 'WebSockets are not forwarded'];
    if (hasBody(headers) && ['GET', 'HEAD', 'TRACE'].includes(method))
      return [400, `a body with ${method} is not forwarded`];
    if (headers.via?.includes(this.#name)) return [508, 'the upstream leads back to this gateway'];
    return undefined;
  }

  #keep(call: GatewayCall, response: ServerResponse): void {
    if (this.#open.size === 0) this.#idle = Promise.withResolvers<void>();
    this.#open.add(call);
    response.once('close', () => {
      void call.told.then(() => {
        this.#open.delete(call);
        if (this.#open.size === 0) this.#idle.resolve();
      });
    });
  }

  readonly #report: Report = async (...event) => {
    try {
      await this.#options.emit(...event);
    } catch (error) {
      const { request } = event[1];
      this.#options.logger.error(
        { err: error, method: request.method, path: pathOf(request.url) },
        'A call through the gateway was answered, but its event could not be stored',
      );
    }
  };
}

/** Without the query, which may hold what is nobody's business. */
function pathOf(url: string): string {
  return url.split('?', 1).join('');
}

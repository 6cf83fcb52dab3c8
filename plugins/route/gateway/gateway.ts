import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger, PluginContext } from 'signalbox/sdk';
import { maxUrlLength } from '../call.ts';
import { normalUrl } from '../normal-url.ts';
import type { Route } from '../settings.ts';
import { StoppedError } from './failure.ts';
import { Forwarder } from './forwarder.ts';
import { GatewayCall, type Report } from './gateway-call.ts';
import { hasBody, refuse } from './refusal.ts';
import { reporter, type Emit } from './reporter.ts';
import { pathOf, targetOf, urlProblem } from './target.ts';

export interface GatewayOptions {
  /** Enabled routes, as they are now. */
  readonly routes: () => readonly Route[];
  /** Stores an event, once for each id; rejects when it cannot be. */
  readonly emit: Emit;
  readonly dispatcher: PluginContext['dispatcher'];
  readonly logger: Logger;
  /** Path that the gateway lies at on its server; empty on a server of its own. */
  readonly prefix: string;
  readonly trustProxy: boolean;
  readonly limits?: Partial<GatewayLimits>;
}

/** Durations are milliseconds. */
interface GatewayLimits {
  /** How long calls may go on once the gateway is closed. */
  readonly graceMs: number;
  /** How long the end of an answer is held back for an event that the store does not take. */
  readonly patienceMs: number;
  /** Calls to one origin at one time; more are refused. At most as many as the dispatcher has connections. */
  readonly openCalls: number;
}

// Together with what comes after it, this is less than the 5 s that a plugin has to stop.
const defaultLimits: GatewayLimits = { graceMs: 3_000, patienceMs: 5_000, openCalls: 256 };

/** Answers calls with what the upstream of their route answers, and reports each. */
export class Gateway {
  readonly #options: GatewayOptions;
  /** In `Via`, by which a call that comes back is recognised. */
  readonly #name = `signalbox-${randomBytes(6).toString('hex')}`;
  readonly #forwarder: Forwarder;
  readonly #limits: GatewayLimits;
  readonly #report: Report;
  readonly #open = new Map<GatewayCall, ServerResponse>();
  readonly #openTo = new Map<string, number>();
  readonly #hurry = new AbortController();
  #idle = Promise.withResolvers<void>();
  #closing = false;

  constructor(options: GatewayOptions) {
    const { emit, logger } = options;
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#report = reporter({ emit, logger, patienceMs: this.#limits.patienceMs, hurry: this.#hurry.signal });
    this.#forwarder = new Forwarder({ ...options, name: this.#name });
  }

  async ready(): Promise<void> {
    await this.#forwarder.ready();
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    const asked = this.#urlOf(request);
    const refusal = this.#refusalOf(request, asked);
    if (refusal) {
      refuse(response, ...refusal);
      return;
    }
    const url = normalUrl(asked);
    const { method = 'GET' } = request;
    const target = targetOf(this.#options.routes(), { method, url });
    if (!target) {
      refuse(response, 404, `no route with an upstream fits ${method} ${pathOf(url)}`);
      return;
    }
    const { origin } = target;
    if ((this.#openTo.get(origin) ?? 0) >= this.#limits.openCalls) {
      refuse(response, 503, 'too many calls to the upstream are open');
      return;
    }
    const call = new GatewayCall(request, url, this.#report);
    this.#keep(call, { response, origin });
    this.#forwarder.forward(request, response, { call, target });
  };

  /** Lets the calls under way end, as far as they do so in time, then closes. The events of all are stored by then. */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.#open.size > 0) {
      const overdue = setTimeout(this.#cutShort, this.#limits.graceMs);
      await this.#idle.promise;
      clearTimeout(overdue);
    }
    await this.#forwarder.close();
  }

  readonly #cutShort = (): void => {
    this.#hurry.abort();
    for (const [call, response] of this.#open) {
      call.abandon(new StoppedError());
      // One that has not begun is answered with what there is to say.
      if (response.headersSent) void call.told.then(() => response.destroy());
    }
  };

  #urlOf({ url = '/' }: IncomingMessage): string {
    const rest = url.slice(this.#options.prefix.length);
    return rest.startsWith('/') ? rest : `/${rest}`;
  }

  #refusalOf(
    { method = 'GET', headers }: IncomingMessage,
    url: string,
  ): [status: number, detail: string] | undefined {
    if (this.#closing) return [503, 'Signalbox is stopping'];
    if (url.length > maxUrlLength) return [414, `the URL is longer than ${String(maxUrlLength)} characters`];
    const problem = urlProblem(url);
    if (problem !== undefined) return [400, problem];
    if (/\bwebsocket\b/i.test(headers.upgrade ?? '')) return [501, 'WebSockets are not forwarded'];
    if (hasBody(headers) && ['GET', 'HEAD', 'TRACE'].includes(method))
      return [400, `a body with ${method} is not forwarded`];
    if (headers.via?.includes(this.#name)) return [508, 'the upstream leads back to this gateway'];
    return undefined;
  }

  #keep(
    call: GatewayCall,
    { response, origin }: { readonly response: ServerResponse; readonly origin: string },
  ): void {
    if (this.#open.size === 0) this.#idle = Promise.withResolvers<void>();
    this.#open.set(call, response);
    this.#openTo.set(origin, (this.#openTo.get(origin) ?? 0) + 1);
    response.once('close', () => {
      void call.told.then(() => {
        this.#open.delete(call);
        const others = (this.#openTo.get(origin) ?? 1) - 1;
        if (others > 0) this.#openTo.set(origin, others);
        else this.#openTo.delete(origin);
        if (this.#open.size === 0) this.#idle.resolve();
      });
    });
  }
}

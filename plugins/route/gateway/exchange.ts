import type { IncomingMessage } from 'node:http';
import type { GatewayCall } from './gateway-call.ts';
import type { Target } from './target.ts';

/** One call on its way to an upstream and back. */
export interface Exchange {
  readonly call: GatewayCall;
  readonly target: Target;
  /** What undici said when it failed. */
  failure?: unknown;
}

/** Finds the exchange that a request of Fastify belongs to. */
export class Exchanges {
  readonly #byRequest = new WeakMap<IncomingMessage, Exchange>();

  set(request: IncomingMessage, exchange: Exchange): void {
    this.#byRequest.set(request, exchange);
  }

  of({ raw }: { readonly raw: IncomingMessage }): Exchange {
    const exchange = this.#byRequest.get(raw);
    if (!exchange) throw new Error('this request has not come through the gateway');
    return exchange;
  }
}

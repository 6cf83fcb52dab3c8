import { fileURLToPath } from 'node:url';
import { startReceiver, type Delivery, type Responder } from './receiver.ts';

/** The plugin `relay`, for the configuration. */
export const relayPlugin = { use: fileURLToPath(new URL('../fixtures/plugins/relay', import.meta.url)) };

/** A board whose outlets are switched over HTTP, as the plugin `relay` does. */
export interface RelayBoard extends AsyncDisposable {
  readonly url: string;
  /** Outlets that are on; the others are off. */
  readonly on: Set<string>;
  /** What was switched, `on gpu-01` each, in order. */
  readonly switched: readonly string[];
  /** All requests, those too that only ask. */
  readonly requests: readonly Delivery[];
  /** Answers instead of the board, where it gives an answer. */
  respond: Responder;
}

export async function startRelayBoard(): Promise<RelayBoard> {
  const on = new Set<string>();
  const switched: string[] = [];
  let respond: Responder = () => undefined;
  const receiver = await startReceiver({
    respond: async (delivery, n) => {
      const instead = await respond(delivery, n);
      if (instead) return instead;
      const outlet = decodeURIComponent(delivery.path.split('/').at(-1) ?? '');
      if (delivery.method === 'GET') return { body: on.has(outlet) ? 'on' : 'off' };
      switched.push(`${delivery.body} ${outlet}`);
      if (delivery.body === 'off') on.delete(outlet);
      else on.add(outlet);
      return {};
    },
  });
  return {
    url: receiver.url,
    on,
    switched,
    requests: receiver.deliveries,
    get respond() {
      return respond;
    },
    set respond(value: Responder) {
      respond = value;
    },
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  };
}

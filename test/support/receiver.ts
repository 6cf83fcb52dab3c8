import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { waitFor } from './wait-for.ts';

/** A request as it arrived. */
export interface Delivery {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Names and values in turn, as they were sent. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/** What to answer; nothing: 200. To leave a request hanging, never resolve. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export type Responder = (delivery: Delivery, n: number) => Answer | undefined | Promise<Answer | undefined>;

/** A real HTTP receiver that keeps what it got. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly deliveries: readonly Delivery[];
  /** Resolves once it has got so many requests. */
  got(count: number): Promise<readonly Delivery[]>;
}

export interface ReceiverOptions {
  readonly respond?: Responder;
  /** Default: any free one. */
  readonly port?: number;
  /** Serves HTTPS with this key and certificate. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export async function startReceiver({
  respond,
  tls,
  port: wanted = 0,
}: ReceiverOptions = {}): Promise<Receiver> {
  const deliveries: Delivery[] = [];
  const listener: RequestListener = (request, response) => {
    void answer(request, response, { deliveries, respond });
  };
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.listen(wanted, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${String(port)}`,
    port,
    deliveries,
    async got(count) {
      await waitFor(
        () => deliveries.length >= count,
        () => `${String(count)} deliveries, got ${String(deliveries.length)}`,
      );
      return deliveries;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { deliveries, respond }: { deliveries: Delivery[]; respond: Responder | undefined },
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method = '', url: path = '', headers, rawHeaders } = request;
  const delivery = { method, path, headers, rawHeaders, body: Buffer.concat(chunks).toString() };
  deliveries.push(delivery);
  const {
    status = 200,
    headers: answerHeaders = {},
    body = 'ok',
  } = (await respond?.(delivery, deliveries.length)) ?? {};
  response.writeHead(status, answerHeaders).end(body);
}

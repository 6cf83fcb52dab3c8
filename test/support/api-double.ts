import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, a string as it is. */
  readonly body: unknown;
}

/** A real HTTP server that answers as the test says: for what speaks with the API of Signalbox. */
export interface ApiDouble extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
}

export async function startApiDouble(answer: (request: ReceivedRequest) => Answer): Promise<ApiDouble> {
  const requests: ReceivedRequest[] = [];
  const server = createServer((message, response) => {
    void received(message).then((request) => {
      requests.push(request);
      const { status = 200, headers = {}, body } = answer(request);
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function received(message: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const { pathname, searchParams } = new URL(message.url ?? '/', 'http://localhost');
  return {
    method: message.method ?? '',
    path: pathname,
    query: Object.fromEntries(searchParams),
    authorization: message.headers.authorization,
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
  };
}

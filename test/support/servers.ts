import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';

/** A request as a test receiver saw it. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  /** Names and values in the order in which they came. */
  readonly rawHeaders: readonly string[];
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface TestServer extends AsyncDisposable {
  readonly port: number;
  /** Without a slash at the end. */
  readonly url: string;
  /** All that came in, in order. */
  readonly requests: readonly ReceivedRequest[];
  /** TCP connections accepted so far. */
  readonly connections: number;
  /** Host names that TLS clients asked for (SNI). */
  readonly serverNames: readonly string[];
}

type Answer = (request: ReceivedRequest, response: Parameters<RequestListener>[1]) => void;

const answerOk: Answer = (_request, response) => {
  response.setHeader('content-type', 'application/json').end('{"ok":true}');
};

/** A real HTTP server on 127.0.0.1 that keeps what it received. */
export async function startHttpServer(answer: Answer = answerOk): Promise<TestServer> {
  const requests: ReceivedRequest[] = [];
  return listen(createHttpServer(receiver(requests, answer)), 'http', requests);
}

/** The same over TLS, with a certificate for `localhost` and 127.0.0.1 that nobody trusts. */
export async function startHttpsServer(answer: Answer = answerOk): Promise<TestServer> {
  const requests: ReceivedRequest[] = [];
  const certificate = await generate([{ name: 'commonName', value: 'localhost' }], { keySize: 2048 });
  const server = createHttpsServer(
    { key: certificate.private, cert: certificate.cert },
    receiver(requests, answer),
  );
  return listen(server, 'https', requests);
}

/** A raw TCP server on 127.0.0.1, for peers that do not speak proper HTTP. */
export async function startTcpServer(onConnection: (socket: Socket) => void): Promise<TestServer> {
  const server = createTcpServer((socket) => {
    // The peer may cut the connection at any time.
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  return listen(server, 'http', []);
}

/** A port of 127.0.0.1 on which nothing listens. */
export async function freePort(): Promise<number> {
  await using server = await startTcpServer(() => undefined);
  return server.port;
}

function receiver(requests: ReceivedRequest[], answer: Answer): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const received = {
        method: request.method ?? '',
        path: request.url ?? '',
        rawHeaders: request.rawHeaders,
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      requests.push(received);
      answer(received, response);
    });
  };
}

async function listen(
  server: Server | HttpServer,
  protocol: 'http' | 'https',
  requests: readonly ReceivedRequest[],
): Promise<TestServer> {
  const sockets = new Set<Socket>();
  const serverNames: string[] = [];
  let connections = 0;
  server.on('secureConnection', ({ servername }: TLSSocket) => {
    if (typeof servername === 'string') serverNames.push(servername);
  });
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${protocol}://127.0.0.1:${port}`,
    requests,
    serverNames,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

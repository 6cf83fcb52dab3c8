import { randomUUID } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { SignalboxError } from '../../domain/errors.ts';
import type { Mount, Mounts } from '../../kernel/plugins/mounts.ts';
import { problemHeaders, problemOf } from '../errors/problem.ts';
import type { HttpLimits } from './http-limits.ts';
import { UnusedConnections } from './unused-connections.ts';

/** Before Fastify: what plugins answer themselves goes to them, and nothing of Fastify or Nest is in between. */
export class FrontDoor {
  /** Known once Nest has made them. */
  mounts: Pick<Mounts, 'find'> | undefined;
  /** Why nothing is handed to plugins at present. */
  closed: () => SignalboxError | undefined = () => undefined;

  readonly #servers: Server[] = [];
  readonly #unused = new UnusedConnections();

  constructor(private readonly limits: HttpLimits) {}

  /** The server that answers everything else with `listener`. */
  readonly createServer = (listener: RequestListener): Server => {
    const { headersTimeoutMs, requestTimeoutMs, keepAliveTimeoutMs } = this.limits;
    const server = createServer(
      {
        headersTimeout: headersTimeoutMs,
        requestTimeout: requestTimeoutMs,
        keepAliveTimeout: keepAliveTimeoutMs,
        // Node looks for connections over their time only this often.
        connectionsCheckingInterval: 2_000,
      },
      (request, response) => {
        const mount = this.mounts?.find(pathOf(request));
        if (!mount) {
          listener(request, response);
          return;
        }
        const problem = this.closed() ?? downOf(mount);
        if (problem) refuse(problem, response);
        else hand(mount, request, response);
      },
    );
    server.on('connection', rememberAddress);
    this.#unused.watch(server);
    this.#servers.push(server);
    return server;
  };

  /**
   * When the server begins to close: cuts connections that were never used, and after a while what is still open, such as
   * answers of plugins that have stopped. A server that closes waits for them for ever, and looks at its time limits no
   * more.
   */
  beginClose(): void {
    this.#unused.close();
    for (const server of this.#servers) {
      const overdue = setTimeout(() => {
        server.closeAllConnections();
      }, this.limits.closeGraceMs).unref();
      server.once('close', () => {
        clearTimeout(overdue);
      });
    }
  }
}

/** Node keeps what it was asked for once: of a socket that is gone when its request is read, nobody could tell it any more. */
function rememberAddress(socket: Socket): void {
  Reflect.get(socket, 'remoteAddress');
}

function hand({ handler }: Mount, request: IncomingMessage, response: ServerResponse): void {
  request.url = pathOf(request);
  handler?.(request, response);
}

function downOf({ plugin, handler }: Mount): SignalboxError | undefined {
  if (handler) return undefined;
  return new SignalboxError('PLUGIN_DOWN', `plugin ${plugin}, which answers here, does not run`);
}

function refuse(error: SignalboxError, response: ServerResponse): void {
  const requestId = randomUUID();
  response.writeHead(error.status, {
    ...problemHeaders(error),
    'x-request-id': requestId,
    connection: 'close',
  });
  response.end(JSON.stringify(problemOf(error, requestId)));
}

/** Proxies may send the whole URL; what counts is path and query. */
function pathOf({ url = '/' }: IncomingMessage): string {
  if (url.startsWith('/')) return url;
  const parsed = /^https?:\/\/[^/?#]+(?<path>.*)$/i.exec(url)?.groups?.['path'];
  if (parsed === undefined) return url;
  return parsed.startsWith('/') ? parsed : `/${parsed}`;
}

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isUnder, prefixProblem, type RequestHandler } from '../serving.ts';

/** A real server for what the plugin under test serves. */
export class ServedRequests {
  readonly #handlers = new Map<string, RequestHandler>();
  #server: Server | undefined;

  serve(prefix: string, handler: RequestHandler): () => void {
    const problem =
      prefixProblem(prefix) ?? (this.#handlers.has(prefix) ? `"${prefix}" is served already` : undefined);
    if (problem !== undefined) throw new Error(`serve: ${problem}`);
    this.#handlers.set(prefix, handler);
    this.#server ??= this.#listen();
    return () => this.#handlers.delete(prefix);
  }

  /** Resolves when it can be reached, if anything is served. */
  async ready(): Promise<void> {
    if (this.#server && !this.#server.listening) await once(this.#server, 'listening');
  }

  get url(): string {
    const address = this.#server?.address() as AddressInfo | null | undefined;
    if (!address) throw new Error('the plugin serves nothing');
    return `http://127.0.0.1:${String(address.port)}`;
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  #listen(): Server {
    return createServer((request, response) => {
      const { url = '/' } = request;
      const [, handler] = [...this.#handlers].find(([prefix]) => isUnder(url, prefix)) ?? [];
      if (handler) handler(request, response);
      else response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
  }
}

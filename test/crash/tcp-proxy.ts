import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between Signalbox and its database, and breaks what goes through. */
export class TcpProxy implements AsyncDisposable {
  readonly #pairs = new Set<{ readonly client: Socket; readonly server: Socket }>();
  readonly #server = createServer((client) => {
    this.#join(client);
  });
  /** Nobody gets through. */
  away = false;
  /** The answer to such a message gets lost, with its connection; what it asked for is done. */
  loseAnswer: (message: Buffer) => boolean = () => false;

  private constructor(
    private readonly host: string,
    private readonly port: number,
  ) {}

  static async listen(host: string, port: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(host, port);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get ownPort(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Breaks every connection. */
  cut(): void {
    for (const { client, server } of this.#pairs) {
      client.destroy();
      server.destroy();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket): void {
    if (this.away) {
      client.destroy();
      return;
    }
    const server = connect(this.port, this.host);
    const pair = { client, server };
    this.#pairs.add(pair);
    for (const socket of [client, server]) {
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#pairs.delete(pair);
        // What has been sent still arrives.
        (socket === client ? server : client).end();
      });
    }
    server.on('data', (chunk) => client.write(chunk));
    client.on('data', (chunk) => {
      server.write(chunk);
      if (this.loseAnswer(chunk)) client.destroy();
    });
  }
}

import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Connections on which no request has come yet, such as those that browsers and pools open in advance. Node counts them as
 * busy: a server that closes would wait for as long as the other side likes.
 */
export class UnusedConnections {
  readonly #sockets = new Set<Socket>();

  watch(server: Server): void {
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on('request', ({ socket }) => {
      this.#sockets.delete(socket);
    });
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

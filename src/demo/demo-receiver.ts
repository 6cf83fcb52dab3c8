import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface DemoReceiver {
  readonly url: string;
  close(): void;
}

/** How often the unreliable path refuses a message before it takes it. */
export const refusals = 2;

/**
 * A webhook receiver on this machine: `/hook` takes everything, `/unreliable` answers each message with 503 until
 * it has come three times.
 */
export async function startReceiver(): Promise<DemoReceiver> {
  const seen = new Map<string, number>();
  const server = createServer((request, response) => {
    const id = String(request.headers['webhook-id']);
    const times = (seen.get(id) ?? 0) + 1;
    seen.set(id, times);
    const refuses = request.url === '/unreliable' && times <= refusals;
    request.resume().on('end', () => {
      response.writeHead(refuses ? 503 : 200, { 'content-type': 'text/plain' });
      response.end(refuses ? 'not now' : 'thank you');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

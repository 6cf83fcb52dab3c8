import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { HttpFraming } from './http-framing.ts';

const answer = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-type: text/plain\r\n\r\nok');

export interface Receiver extends AsyncDisposable {
  readonly port: number;
}

/** A webhook receiver that answers 200 to everything and hands over the `sent` stamp of each message. */
export async function startReceiver(onDelivery: (sentAt: number) => void): Promise<Receiver> {
  const server = createServer((socket) => {
    const framing = new HttpFraming();
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      framing.push(chunk, (_head, body) => {
        socket.write(answer);
        const stamp = /"sent":(\d+(?:\.\d+)?)/.exec(body.toString('latin1'));
        onDelivery(Number(stamp?.[1]));
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      await Promise.resolve();
    },
  };
}

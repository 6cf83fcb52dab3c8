import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';

/** Six bytes of ones, the address sixteen times, and the password if there is one: AMD's "Magic Packet Technology". */
export function magicPacket(mac: string, secureOn?: string): Buffer {
  const address = bytesOf(mac);
  const password = secureOn === undefined ? [] : [bytesOf(secureOn)];
  return Buffer.concat([Buffer.alloc(6, 0xff), ...Array<Buffer>(16).fill(address), ...password]);
}

/** Resolves once the packet has left; whether anybody gets it is not told. */
export async function sendPacket(
  packet: Buffer,
  { address, port }: { readonly address: string; readonly port: number },
): Promise<void> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(() => {
        socket.setBroadcast(true);
        socket.send(packet, port, address, (error) => {
          if (error) reject(error);
          else resolve();
        });
      });
    });
  } finally {
    socket.close();
  }
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text.replaceAll(/[:-]/g, ''), 'hex');
}

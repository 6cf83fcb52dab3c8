import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { HttpFraming } from './http-framing.ts';

export interface LoadTarget {
  readonly port: number;
  readonly token: string;
}

/** One keep-alive connection that posts one event after another. */
class Sender {
  readonly #framing = new HttpFraming();
  #answered: ((status: number) => void) | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly target: LoadTarget,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.#framing.push(chunk, (head) => {
        this.#answered?.(Number(head.slice(9, 12)));
      });
    });
  }

  static async open(target: LoadTarget): Promise<Sender> {
    const socket = connect(target.port, '127.0.0.1');
    await once(socket, 'connect');
    return new Sender(socket, target);
  }

  /** Resolves to the HTTP status. */
  post(n: number): Promise<number> {
    const body = `{"type":"vm.power_on","object":"gpu-01","data":{"n":${String(n)},"sent":${performance.now().toFixed(3)},"host":"node-7","reason":"operator request"}}`;
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.socket.write(
        `POST /api/events HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${this.target.token}\r\ncontent-type: application/json\r\ncontent-length: ${String(body.length)}\r\n\r\n${body}`,
      );
    });
  }

  close(): void {
    this.socket.destroy();
  }
}

/** Posts `count` events over so many connections, as fast as they are answered. */
export async function flood(
  target: LoadTarget,
  options: { readonly count: number; readonly connections: number },
): Promise<void> {
  let next = 0;
  await withSenders(target, options.connections, async (sender) => {
    while (next < options.count) await accepted(sender.post(next++));
  });
}

/** Posts at a steady pace for a while, whatever the answers take. */
export async function pace(
  target: LoadTarget,
  options: { readonly perSecond: number; readonly seconds: number },
): Promise<number> {
  const count = options.perSecond * options.seconds;
  const begun = performance.now();
  let next = 0;
  await withSenders(target, 32, async (sender) => {
    for (let n = next++; n < count; n = next++) {
      const wait = begun + (n * 1000) / options.perSecond - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      await accepted(sender.post(n));
    }
  });
  return count;
}

async function withSenders(
  target: LoadTarget,
  count: number,
  work: (sender: Sender) => Promise<void>,
): Promise<void> {
  const senders = await Promise.all(Array.from({ length: count }, () => Sender.open(target)));
  await Promise.all(senders.map(work));
  for (const sender of senders) sender.close();
}

async function accepted(status: Promise<number>): Promise<void> {
  const got = await status;
  if (got !== 202) throw new Error(`an event was answered with ${String(got)}`);
}

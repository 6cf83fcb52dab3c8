import type { Socket } from 'node:net';
import { ConnectAttempt } from './connect-attempt.ts';
import type { Connect, ConnectRequest, Lookup } from './connect.ts';
import { PermanentError, RetryableError } from './errors.ts';
import { allowedAddresses, createResolver, type Judge, type Resolve } from './http-address.ts';
import { networkProblem } from './network-problem.ts';

export interface TcpConnectorOptions {
  /** Judges every address before it is connected to. Default: all are allowed. */
  readonly judge?: Judge;
  /** Default: the system's resolver (hosts file, DNS, mDNS …). */
  readonly resolve?: Resolve;
}

/** Makes TCP connections and owns them. */
export interface TcpConnector {
  readonly connect: Connect;
  readonly lookup: Lookup;
  /** Gives up what is being made and destroys what is open. */
  readonly close: () => void;
}

/** As for HTTP, a name is resolved once and the socket is opened to one of the addresses that were judged. */
export function createTcpConnector(options: TcpConnectorOptions = {}): TcpConnector {
  const { judge = () => undefined, resolve = createResolver() } = options;
  const closers = new Set<() => void>();
  return {
    connect: (request) => openConnection(request, { judge, resolve, closers }),
    lookup: (place) => lookUp(place, { judge, resolve }),
    close: () => {
      for (const close of closers) close();
    },
  };
}

async function lookUp(
  { host, port }: Parameters<Lookup>[0],
  around: Pick<Surroundings, 'judge' | 'resolve'>,
): Promise<readonly string[]> {
  try {
    const allowed = await allowedAddresses({ hostname: host, port }, around);
    return allowed.map(({ address }) => address);
  } catch (error) {
    throw asOutcome(error instanceof Error ? error : new Error(String(error)), host);
  }
}

interface Surroundings {
  readonly judge: Judge;
  readonly resolve: Resolve;
  readonly closers: Set<() => void>;
}

function openConnection(request: ConnectRequest, around: Surroundings): Promise<Socket> {
  const { host: hostname, port, timeoutMs = 5_000, signal } = request;
  const address = `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`;
  return new Promise((resolve, reject) => {
    const attempt = new ConnectAttempt({
      hostname,
      port,
      timeoutMs,
      ended: (error, socket) => {
        release();
        if (error) {
          reject(asOutcome(error, address));
        } else {
          untilClosed(socket, signal, around.closers);
          resolve(socket);
        }
      },
    });
    const release = holdOn(signal, around.closers, (why) => {
      attempt.fail(new RetryableError(`connecting to ${address} was ${why}`));
    });
    allowedAddresses({ hostname, port }, around)
      .then((addresses) => attempt.open(addresses))
      .catch((error: unknown) => attempt.fail(error));
  });
}

function untilClosed(socket: Socket, signal: AbortSignal | undefined, closers: Set<() => void>): void {
  socket.once(
    'close',
    holdOn(signal, closers, () => socket.destroy()),
  );
}

/** Calls `end` when the signal is aborted (at once, if it is already) or all is closed; until it is released. */
function holdOn(
  signal: AbortSignal | undefined,
  closers: Set<() => void>,
  end: (why: string) => void,
): () => void {
  const close = (): void => end('given up: Signalbox stops');
  const abort = (): void => end('aborted');
  closers.add(close);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted === true) queueMicrotask(abort);
  return () => {
    closers.delete(close);
    signal?.removeEventListener('abort', abort);
  };
}

function asOutcome(error: Error, address: string): Error {
  if (error instanceof PermanentError || error instanceof RetryableError) return error;
  const message = networkProblem(error, address) ?? `connecting to ${address} failed: ${error.message}`;
  return new RetryableError(message, { cause: error });
}

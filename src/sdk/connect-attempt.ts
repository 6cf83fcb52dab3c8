import type { LookupAddress } from 'node:dns';
import {
  connect as connectTcp,
  isIP,
  type LookupFunction,
  type Socket,
  type TcpNetConnectOpts,
} from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';

/** What to connect to, and whom to tell. */
export interface ConnectTarget {
  readonly hostname: string;
  readonly port: number;
  /** Milliseconds for resolving, connecting and the TLS handshake together. */
  readonly timeoutMs: number;
  /** TLS from the first byte on. */
  readonly tls?: Pick<ConnectionOptions, 'rejectUnauthorized' | 'ALPNProtocols'> | undefined;
  /** Called once, with an error or with the socket. */
  ended(...outcome: [error: null, socket: Socket] | [error: Error, socket: null]): void;
}

export class ConnectTimeoutError extends Error {
  override name = 'ConnectTimeoutError';

  constructor(readonly timeoutMs: number) {
    super(`no connection within ${timeoutMs} ms`);
  }
}

/** One connection being made. Ends once, whatever happens first. */
export class ConnectAttempt {
  private readonly timer: NodeJS.Timeout;
  private socket: Socket | undefined;
  private done = false;

  constructor(private readonly target: ConnectTarget) {
    const { timeoutMs } = target;
    this.timer = setTimeout(() => {
      this.fail(new ConnectTimeoutError(timeoutMs));
    }, timeoutMs);
  }

  /** Connects to the first of these addresses that answers, without asking for the name again. */
  open(addresses: readonly LookupAddress[]): void {
    if (this.done) return;
    const socket = this.openSocket(addresses);
    this.socket = socket;
    socket.once(this.target.tls ? 'secureConnect' : 'connect', () => {
      if (this.end()) this.target.ended(null, socket);
    });
    socket.on('error', (error) => this.fail(error));
  }

  fail(error: unknown): void {
    if (!this.end()) return;
    this.socket?.destroy();
    this.target.ended(asError(error), null);
  }

  private end(): boolean {
    if (this.done) return false;
    this.done = true;
    clearTimeout(this.timer);
    return true;
  }

  private openSocket(addresses: readonly LookupAddress[]): Socket {
    const { hostname, tls } = this.target;
    const options = tcpOptions(this.target, addresses);
    if (!tls) return connectTcp(options);
    // The certificate is asked for and checked under the name in the URL, not under the address.
    const servername = isIP(hostname) > 0 ? '' : hostname.replace(/\.$/, '');
    return connectTls({ ...options, ...tls, servername });
  }
}

function tcpOptions(
  { hostname, port }: ConnectTarget,
  addresses: readonly LookupAddress[],
): TcpNetConnectOpts {
  return {
    host: hostname,
    port,
    // Node asks this instead of DNS, and not at all for an IP literal.
    lookup: answerWith(addresses),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: 1_000,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
  };
}

function answerWith(addresses: readonly LookupAddress[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first] = addresses;
    if (all === true) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };
}

// By shape: Node's own errors are not `instanceof Error` in another realm (test runners, vm contexts).
function asError(error: unknown): Error {
  return typeof error === 'object' && error && 'message' in error
    ? (error as Error)
    : new Error(String(error));
}

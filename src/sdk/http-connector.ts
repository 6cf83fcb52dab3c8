import type { LookupAddress } from 'node:dns';
import {
  connect as connectTcp,
  isIP,
  type LookupFunction,
  type Socket,
  type TcpNetConnectOpts,
} from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { buildConnector } from 'undici';
import { allowedAddresses, type Judge, type Resolve } from './http-address.ts';

export interface ConnectorOptions {
  readonly judge: Judge;
  readonly resolve: Resolve;
  readonly allowInsecureCertificates: boolean;
}

/** Makes connections for undici. */
export interface Connector {
  readonly connect: buildConnector.connector;
  /** Gives up the connections that are being made. */
  close(): void;
}

/** Milliseconds for resolving, connecting and the TLS handshake together. */
export const connectTimeoutMs = 5_000;

export class ConnectTimeoutError extends Error {
  override name = 'ConnectTimeoutError';
}

/**
 * The name is resolved once for each connection and the socket is opened to one of the addresses that were judged,
 * so that a second look-up cannot lead elsewhere.
 */
export function createConnector(options: ConnectorOptions): Connector {
  const attempts = new Set<ConnectAttempt>();
  return {
    connect: ({ hostname, protocol, port }, callback) => {
      const target = { hostname, port: Number(port || (protocol === 'https:' ? 443 : 80)) };
      const attempt = new ConnectAttempt({
        ...target,
        tls: protocol === 'https:' && { rejectUnauthorized: !options.allowInsecureCertificates },
        ended: (...outcome) => {
          attempts.delete(attempt);
          callback(...outcome);
        },
      });
      attempts.add(attempt);
      allowedAddresses(target, options).then(
        (addresses) => attempt.open(addresses),
        (error: unknown) => attempt.fail(asError(error)),
      );
    },
    close: () => {
      for (const attempt of attempts) attempt.fail(new Error('the HTTP client was closed'));
    },
  };
}

interface ConnectTarget {
  readonly hostname: string;
  readonly port: number;
  readonly tls: false | { readonly rejectUnauthorized: boolean };
  readonly ended: buildConnector.Callback;
}

/** One connection being made. Ends once, whatever happens first. */
class ConnectAttempt {
  private readonly timer: NodeJS.Timeout;
  private socket: Socket | undefined;
  private done = false;

  constructor(private readonly target: ConnectTarget) {
    this.timer = setTimeout(() => {
      this.fail(new ConnectTimeoutError(`no connection within ${connectTimeoutMs} ms`));
    }, connectTimeoutMs);
  }

  open(addresses: readonly LookupAddress[]): void {
    if (this.done) return;
    const socket = this.openSocket(addresses);
    this.socket = socket;
    socket.once(this.target.tls ? 'secureConnect' : 'connect', () => {
      if (this.end()) this.target.ended(null, socket);
    });
    socket.on('error', (error) => this.fail(error));
  }

  fail(error: Error): void {
    if (!this.end()) return;
    this.socket?.destroy();
    this.target.ended(error, null);
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
    return connectTls({ ...options, ...tls, servername, ALPNProtocols: ['http/1.1'] });
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

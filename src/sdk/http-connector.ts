import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import {
  connect as connectTcp,
  isIP,
  type LookupFunction,
  type Socket,
  type TcpNetConnectOpts,
} from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { buildConnector } from 'undici';
import { PermanentError } from './errors.ts';

/** An address that is about to be connected to. */
export interface JudgedAddress {
  readonly address: string;
  readonly port: number;
  /** As it stands in the URL; equal to `address` for IP literals. */
  readonly hostname: string;
}

/** Why an address must not be connected to; undefined when it may. */
export type Judge = (candidate: JudgedAddress) => string | undefined;

/** All addresses of a host name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

export interface ConnectorOptions {
  readonly judge: Judge;
  readonly resolve: Resolve;
  readonly allowInsecureCertificates: boolean;
}

/** Milliseconds for resolving, connecting and the TLS handshake together. */
export const connectTimeoutMs = 5_000;

/** The same words for every denied address: they must not tell whether the host exists. */
export const deniedMessage = 'the address is not allowed by the egress policy';

export class ConnectTimeoutError extends Error {
  override name = 'ConnectTimeoutError';
}

/**
 * Connects for undici. The name is resolved once and the socket is opened to one of the addresses that were
 * judged, so that a second look-up cannot lead elsewhere.
 */
export function createConnector(options: ConnectorOptions): buildConnector.connector {
  return (target, callback) => {
    const attempt = new ConnectAttempt(target, callback, options.allowInsecureCertificates);
    judgedAddresses(target, options).then(
      (addresses) => attempt.open(addresses),
      (error: unknown) => attempt.fail(asError(error)),
    );
  };
}

/** Asks the system's resolver; connections that are opened together share one question. */
export function createResolver(): Resolve {
  const pending = new Map<string, Promise<readonly LookupAddress[]>>();
  return (hostname) => {
    const known = pending.get(hostname);
    if (known) return known;
    const question = askSystem(hostname).finally(() => pending.delete(hostname));
    pending.set(hostname, question);
    return question;
  };
}

function askSystem(hostname: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    systemLookup(hostname, { all: true, order: 'verbatim' }, (error, addresses) => {
      if (error) reject(error);
      else resolve(addresses);
    });
  });
}

async function judgedAddresses(
  { hostname, port, protocol }: buildConnector.Options,
  { judge, resolve }: ConnectorOptions,
): Promise<readonly LookupAddress[]> {
  const family = isIP(hostname);
  const addresses = family > 0 ? [{ address: hostname, family }] : await resolve(hostname);
  const reasons: string[] = [];
  const allowed = addresses.filter(({ address }) => {
    const reason = judge({ address, port: portOf(port, protocol), hostname });
    if (reason !== undefined) reasons.push(`${address}: ${reason}`);
    return reason === undefined;
  });
  if (allowed.length === 0) throw new PermanentError(deniedMessage, { cause: reasons.join('; ') });
  return allowed;
}

// By shape: Node's own errors are not `instanceof Error` in another realm (test runners, vm contexts).
function asError(error: unknown): Error {
  return typeof error === 'object' && error && 'message' in error
    ? (error as Error)
    : new Error(String(error));
}

function portOf(port: string, protocol: string): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

/** One connection being made. Calls back once, whatever happens first. */
class ConnectAttempt {
  private readonly timer: NodeJS.Timeout;
  private socket: Socket | undefined;
  private done = false;

  constructor(
    private readonly target: buildConnector.Options,
    private readonly callback: buildConnector.Callback,
    private readonly insecure: boolean,
  ) {
    this.timer = setTimeout(() => {
      this.fail(new ConnectTimeoutError(`no connection within ${connectTimeoutMs} ms`));
      this.socket?.destroy();
    }, connectTimeoutMs);
  }

  open(addresses: readonly LookupAddress[]): void {
    if (this.done) return;
    const { protocol } = this.target;
    const socket = protocol === 'https:' ? this.openTls(addresses) : connectTcp(this.tcpOptions(addresses));
    this.socket = socket;
    socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      if (this.finish()) this.callback(null, socket);
    });
    socket.on('error', (error) => this.fail(error));
  }

  fail(error: Error): void {
    if (this.finish()) this.callback(error, null);
  }

  private finish(): boolean {
    if (this.done) return false;
    this.done = true;
    clearTimeout(this.timer);
    return true;
  }

  private openTls(addresses: readonly LookupAddress[]): Socket {
    const { hostname } = this.target;
    return connectTls({
      ...this.tcpOptions(addresses),
      servername: isIP(hostname) ? '' : hostname.replace(/\.$/, ''),
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: !this.insecure,
    });
  }

  private tcpOptions(addresses: readonly LookupAddress[]): TcpNetConnectOpts {
    const { hostname, port, protocol } = this.target;
    return {
      host: hostname,
      port: portOf(port, protocol),
      // Node asks this instead of DNS, and not at all for an IP literal.
      lookup: answerWith(addresses),
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: 1_000,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
    };
  }
}

function answerWith(addresses: readonly LookupAddress[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first] = addresses;
    if (all === true) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };
}

import type { buildConnector } from 'undici';
import { ConnectAttempt } from './connect-attempt.ts';
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

const connectTimeoutMs = 5_000;

/**
 * The name is resolved once for each connection and the socket is opened to one of the addresses that were judged,
 * so that a second look-up cannot lead elsewhere.
 */
export function createConnector(options: ConnectorOptions): Connector {
  const attempts = new Set<ConnectAttempt>();
  const tls = { rejectUnauthorized: !options.allowInsecureCertificates, ALPNProtocols: ['http/1.1'] };
  return {
    connect: ({ hostname, protocol, port }, callback) => {
      const target = { hostname, port: Number(port || (protocol === 'https:' ? 443 : 80)) };
      const attempt = new ConnectAttempt({
        ...target,
        timeoutMs: connectTimeoutMs,
        tls: protocol === 'https:' ? tls : undefined,
        ended: (...outcome) => {
          attempts.delete(attempt);
          callback(...outcome);
        },
      });
      attempts.add(attempt);
      allowedAddresses(target, options).then(
        (addresses) => attempt.open(addresses),
        (error: unknown) => attempt.fail(error),
      );
    },
    close: () => {
      for (const attempt of attempts) attempt.fail(new Error('the HTTP client was closed'));
    },
  };
}
